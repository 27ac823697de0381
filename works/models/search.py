"""What the search of the repertoire reads beside titles and names: the words of a work by their sound.

Both tables are derived from others and may be made anew at any time (`manage rebuild_search`). They follow every
change of a title, a name of an owner or performer, or a recording in the same transaction, whoever makes it
(migrations/search.sql).
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from works.models.works import Work


class SearchDocument(models.Model):
    """One work: the sounds of all words people may look for it by, and its titles, folded, for ranking."""

    work = models.OneToOneField(Work, primary_key=True, on_delete=models.CASCADE, related_name="+")
    words = ArrayField(models.TextField())
    titles = models.TextField()

    class Meta:
        default_permissions = ()
        # Without a pending list: a search after a large import costs the same as before it.
        indexes = [GinIndex(fields=["words"], name="works_search_words", fastupdate=False)]

    def __str__(self) -> str:
        return str(self.work_id)


class SearchWord(models.Model):
    """A word that occurs in titles or names, with its sound: where misspelt words find their right spelling.

    `slips` are the word and what is left of it without any one of its letters: two words that share one of theirs
    differ by a letter changed, left out, put in, or exchanged with its neighbour. Two sessions may add the same word
    at once: a double does no harm, and nobody waits for anybody.
    """

    word = models.TextField(db_index=True)
    sound = models.TextField()
    slips = ArrayField(models.TextField())

    class Meta:
        default_permissions = ()
        indexes = [GinIndex(fields=["slips"], name="works_search_slips", fastupdate=False)]

    def __str__(self) -> str:
        return self.word
