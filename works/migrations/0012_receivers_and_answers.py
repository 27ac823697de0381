"""Exports name their receiver; the answers to registration files are numbered by year, without a gap."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('works', '0011_link_requests'),
    ]

    operations = [
        migrations.AddField(
            model_name='exportfile',
            name='receiver',
            field=models.CharField(default='000', max_length=4, verbose_name='receiver'),
        ),
        migrations.RunSQL(
            "UPDATE works_exportfile SET receiver = split_part(split_part(filename, '_', 2), '.', 1)",
            migrations.RunSQL.noop,
        ),
        migrations.AddField(
            model_name='registrationfile',
            name='answer_year',
            field=models.SmallIntegerField(null=True, blank=True),
        ),
        migrations.AddField(
            model_name='registrationfile',
            name='answer_number',
            field=models.SmallIntegerField(null=True, blank=True),
        ),
        migrations.AddConstraint(
            model_name='registrationfile',
            constraint=models.UniqueConstraint(fields=('answer_year', 'answer_number'), name='one_answer_per_number'),
        ),
    ]
