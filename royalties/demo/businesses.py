"""The businesses of the demo that play music: what each asks a licence for, when, and what becomes of its invoice."""

from dataclasses import dataclass
from typing import Any

from royalties.demo.sign_ins import CAFE, HOTEL

PAID, PART_PAID, OPEN, OVERDUE, WAITING = "paid", "part paid", "open", "overdue", "waiting"
PAID_QUARTER, LAST_QUARTER, EARLIER, RECENT = "paid quarter", "last quarter", "earlier", "recent"


@dataclass(frozen=True)
class Plan:
    """One licence of the demo. `email` is set for those who sign in, `house` for a second house of a licensee."""

    tariff: str
    name: str
    name_ur: str
    answers: dict[str, Any]
    when: str = LAST_QUARTER
    outcome: str = PAID
    email: str = ""
    house: tuple[str, str] = ("", "")


def _station(revenue: int, music: int) -> dict[str, str]:
    return {"revenue": f"{revenue}.00", "music_share": str(music)}


STATIONS = (
    Plan("RADIO", "Chenab Sada FM", "چناب صدا ایف ایم", _station(42_000_000, 62), PAID_QUARTER),
    Plan("RADIO", "Mehran Voice FM", "مہران وائس ایف ایم", _station(18_500_000, 55), PAID_QUARTER),
    Plan("RADIO", "Sitara Radio", "ستارہ ریڈیو", _station(9_750_000, 70), PAID_QUARTER),
    Plan("RADIO", "Bolan Sada FM", "بولان صدا ایف ایم", _station(6_300_000, 48)),
)
CONCERTS = (
    Plan("CONCERT", "Raag Junction Events", "راگ جنکشن ایونٹس", {"box_office": "5000000.00"}, PAID_QUARTER),
    Plan("CONCERT", "Shaam-e-Sur Productions", "شامِ سُر پروڈکشنز", {"box_office": "1840500.00"}),
)
CAFES = (
    Plan("CAFE", "Cafe Sitar", "کیفے ستار", {"seats": "64", "live_evenings": "4"}, email=CAFE.email),
    Plan("CAFE", "Chai Khana Neela Gumbad", "چائے خانہ نیلا گنبد", {"seats": "38"}),
    Plan("CAFE", "Dhoop Chhaon", "دھوپ چھاؤں", {"seats": "120"}),
    Plan("CAFE", "Kitab Ghar Cafe", "کتاب گھر کیفے", {"seats": "26"}, PAID_QUARTER),
    Plan("CAFE", "Teen Pyali Tea House", "تین پیالی چائے گھر", {"seats": "52", "live_evenings": "2"}, PAID_QUARTER),
    Plan("CAFE", "Purani Gali Grill", "پرانی گلی گرل", {"seats": "210"}),
    Plan("CAFE", "Sahil Terrace", "ساحل ٹیرس", {"seats": "75", "live_evenings": "8"}),
    Plan("CAFE", "Pahar View", "پہاڑ ویو", {"seats": "44"}, RECENT, PART_PAID),
    Plan("CAFE", "Dastan Cafe", "داستان کیفے", {"seats": "33"}, RECENT, OPEN),
)
LOUNGES = (
    Plan("LOUNGE", "Jharoka Lounge", "جھروکا لاؤنج", {"area": "250", "late": True}),
    Plan("LOUNGE", "Baithak Reading Room", "بیٹھک ریڈنگ روم", {"area": "180"}),
    Plan("LOUNGE", "Mehfil Club", "محفل کلب", {"area": "430", "late": True}, PAID_QUARTER),
)
HOTELS = (
    Plan("HOTEL", "Hotel Sang-e-Meel", "ہوٹل سنگِ میل", {"rooms": "90", "stars": "high"}, RECENT, OVERDUE, HOTEL.email),
    Plan("HOTEL", "Darya Palace Hotel", "دریا پیلس ہوٹل", {"rooms": "140", "stars": "high"}),
    Plan("HOTEL", "Musafir Guest House", "مسافر گیسٹ ہاؤس", {"rooms": "18", "stars": "simple"}),
    Plan("HOTEL", "Naranji Inn", "نارنجی ان", {"rooms": "60", "stars": "middle"}, PAID_QUARTER),
    Plan("HOTEL", "Barf Lodge", "برف لاج", {"rooms": "35", "stars": "middle"}),
)
HALLS = (
    Plan("GYM", "Taqat Fitness", "طاقت فٹنس", {"area": "5000"}),
    Plan("GYM", "Pehalwan Gym", "پہلوان جم", {"area": "9000", "association": True}),
    Plan("GYM", "Rawan Studio", "رواں اسٹوڈیو", {"area": "3200"}, PAID_QUARTER),
    Plan("GYM", "Lohar Bazaar Gym", "لوہار بازار جم", {"area": "15000"}),
    Plan("HALL", "Rang Manch Hall", "رنگ منچ ہال", {"capacity": "480", "dancing": False, "shows": "12"}),
    Plan("HALL", "Mela Ground", "میلہ گراؤنڈ", {"capacity": "2500", "dancing": True, "shows": "3"}, EARLIER),
    Plan("FUNCTION", "Shehnai Marquee", "شہنائی مارکی", {"days": "3", "performers": "live"}, EARLIER),
)
BUSINESSES = (*STATIONS, *CONCERTS, *CAFES, *LOUNGES, *HOTELS, *HALLS)
SECOND_HOUSE = Plan("CAFE", "Cafe Sitar", "کیفے ستار", {"seats": "30"}, house=("Cafe Sitar Bagh", "کیفے ستار باغ"))
APPLICANT = Plan("CAFE", "Naan Aur Naghma", "نان اور نغمہ", {"seats": "58"}, RECENT, WAITING)
