"""The bytes of an undone registration file may be handed in again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('works', '0013_claims_taken_in'),
    ]

    operations = [
        migrations.AlterField(
            model_name='registrationfile',
            name='sha256',
            field=models.BinaryField(max_length=32),
        ),
        migrations.AddIndex(
            model_name='registrationfile',
            index=models.Index(fields=['sha256'], name='registration_file_by_hash'),
        ),
        migrations.AddConstraint(
            model_name='registrationfile',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'undone'), _negated=True), fields=('sha256',), name='registration_file_taken_once'),
        ),
    ]
