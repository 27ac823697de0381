"""Names and words in both scripts, from which the demo composes people, places and titles. Nobody in it exists.

Family names are made up after places, as poets take them, so that no living artist is named by chance.
"""

from typing import NamedTuple


class Word(NamedTuple):
    """A word in Roman letters and in Urdu."""

    roman: str
    urdu: str


def pairs(text: str) -> tuple[Word, ...]:
    """Words written one after the other, Roman and Urdu, parted by blanks; a + stands for a blank in a word."""
    parts = [part.replace("+", " ") for part in text.split()]
    return tuple(Word(roman, urdu) for roman, urdu in zip(parts[::2], parts[1::2], strict=True))


MEN = pairs("""
    Aftab آفتاب  Adeel عدیل  Anwar انور  Arif عارف  Asghar اصغر  Babar بابر  Danish دانش  Ehsan احسان  Faheem فہیم
    Farrukh فرخ  Ghazanfar غضنفر  Habib حبیب  Hashim ہاشم  Ikram اکرام  Imtiaz امتیاز  Jamshed جمشید  Kamran کامران
    Luqman لقمان  Mansoor منصور  Mazhar مظہر  Nadeem ندیم  Nasir ناصر  Obaid عبید  Parvez پرویز  Qaiser قیصر
    Rafiq رفیق  Rizwan رضوان  Sabir صابر  Shahid شاہد  Tahir طاہر  Tariq طارق  Usman عثمان  Waheed وحید  Yasir یاسر
    Zahid زاہد  Zubair زبیر
""")
WOMEN = pairs("""
    Amna آمنہ  Anila انیلا  Asma اسما  Bushra بشریٰ  Fauzia فوزیہ  Ghazala غزالہ  Humaira حمیرا  Iffat عفت
    Jamila جمیلہ  Kausar کوثر  Lubna لبنیٰ  Maryam مریم  Nabila نبیلہ  Nargis نرگس  Parveen پروین  Rabia رابعہ
    Rukhsana رخسانہ  Saima صائمہ  Shaista شائستہ  Sumbul سنبل  Tahira طاہرہ  Uzma عظمیٰ  Yasmin یاسمین  Zainab زینب
    Zubaida زبیدہ
""")
FAMILIES = pairs("""
    Chenabi چنابی  Jhelumi جہلمی  Ravivi راویوی  Satlaji ستلجی  Bolanvi بولانوی  Mehranvi مہرانوی  Kohistani کوہستانی
    Potohari پوٹھوہاری  Rohivi روہیوی  Tharparkari تھرپارکری  Neelumi نیلمی  Margallvi مارگلوی  Hunzvi ہنزوی
    Kharanvi خارانوی  Zhobvi ژوبوی  Makranvi مکرانوی  Kalatvi قلاتوی  Gwadarvi گوادروی  Attockvi اٹکوی
    Bhakkarvi بھکروی  Layyahvi لیہوی  Okaravi اوکاڑوی  Sahiwalvi ساہیوالوی  Khushabi خوشابی  Chakwalvi چکوالوی
    Mardanvi مردانوی  Swabivi صوابیوی  Kohatvi کوہاٹوی  Bannuvi بنوںوی  Dadvi دادوی  Sukkurvi سکھروی  Thattvi ٹھٹوی
    Larkanvi لاڑکانوی  Nagarvi نگروی  Chaghvi چاغوی  Kashmorvi کشموروی
""")
STREETS = (
    "Hali Road", "Chenab Street", "Sitar Lane", "Bagh Street", "Naya Bazaar", "College Road", "Canal View", "Fort Road",
)  # fmt: skip


class City(NamedTuple):
    """A city in both scripts with the code of its province."""

    roman: str
    urdu: str
    province: str


CITIES = tuple(
    City(word.roman, word.urdu, province)
    for province, words in {
        "PB": "Lahore لاہور Faisalabad فیصل+آباد Multan ملتان Rawalpindi راولپنڈی Sialkot سیالکوٹ",
        "SD": "Karachi کراچی Hyderabad حیدرآباد Sukkur سکھر",
        "KP": "Peshawar پشاور Abbottabad ایبٹ+آباد",
        "BA": "Quetta کوئٹہ",
        "IS": "Islamabad اسلام+آباد",
    }.items()
    for word in pairs(words)
)

# Words of titles that keep their form in any place of a sentence, and those that stand at its beginning or end only.
FIRM = pairs("""
    Chaand چاند  Barish بارش  Mausam موسم  Dil دل  Khwab خواب  Raat رات  Subah صبح  Sham شام  Dhoop دھوپ  Chhaon چھاؤں
    Darya دریا  Samandar سمندر  Sahil ساحل  Safar سفر  Manzil منزل  Shehr شہر  Gaon گاؤں  Gali گلی  Phool پھول
    Khushbu خوشبو  Titli تتلی  Hawa ہوا  Aag آگ  Patang پتنگ  Jugnu جگنو  Awaz آواز  Geet گیت  Saaz ساز  Yaad یاد
    Intezar انتظار  Umeed امید  Muskan مسکان  Aansu آنسو  Rang رنگ  Roshni روشنی  Chiragh چراغ  Kashti کشتی
    Toofan طوفان  Sahra صحرا  Pahar پہاڑ  Barf برف  Bahar بہار  Khizan خزاں  Sawan ساون  Kahani کہانی  Khat خط
    Qalam قلم  Kitab کتاب  Dastak دستک  Khirki کھڑکی  Aangan آنگن  Chhat چھت
""")
BENDING = pairs("Sitara ستارہ  Rasta رستہ  Aaina آئینہ  Nagma نغمہ  Andhera اندھیرا  Wada وعدہ  Darwaza دروازہ")
# {x} and {y} are firm words, {z} is any.
URDU_PATTERNS = (
    Word("{x} Ke Naam", "{x} کے نام"),
    Word("{x} Ke Baad", "{x} کے بعد"),
    Word("{x} Ke Paar", "{x} کے پار"),
    Word("{x} Se Pehle", "{x} سے پہلے"),
    Word("{x} Mein {z}", "{x} میں {z}"),
    Word("{x} Par {z}", "{x} پر {z}"),
    Word("{x} Aur {z}", "{x} اور {z}"),
    Word("{z} Aur {x}", "{z} اور {x}"),
    Word("Phir {z}", "پھر {z}"),
    Word("Har {z}", "ہر {z}"),
    Word("Bin {x} Ke {z}", "بن {x} کے {z}"),
    Word("Jaise {z}", "جیسے {z}"),
    Word("{x} Tak", "{x} تک"),
    Word("{x} Ke Liye {z}", "{x} کے لیے {z}"),
)
ENGLISH_FIRST = (
    "Paper", "Silent", "Crimson", "Borrowed", "Hollow", "Amber", "Restless", "Northern", "Velvet", "Seven", "Woven",
)  # fmt: skip
ENGLISH_SECOND = (
    "Lanterns", "Rivers", "Letters", "Mirrors", "Kites", "Harbour", "Monsoon", "Orchard", "Echoes", "Doorways",
)  # fmt: skip
BANDS = pairs("""
    Sur+Dhara سُر+دھارا  Teen+Taal تین+تال  Kachi+Dhoop کچی+دھوپ  Neela+Gumbad نیلا+گنبد  Sang-e-Meel+Band سنگِ+میل+بینڈ
    Aakhri+Bus آخری+بس  Dhol+Kahani ڈھول+کہانی  Raag+Junction راگ+جنکشن
""")
FIRMS = (
    "Naya Sur Music", "Chenab Publishing", "Mehran Songs", "Teen Darya Editions", "Purani Gali Music", "Sitar House",
)  # fmt: skip
