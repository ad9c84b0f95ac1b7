"""What staff call things, in the admin: no column changes."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('chat', '0007_attachments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='attachment',
            options={'verbose_name': 'attachment', 'verbose_name_plural': 'attachments'},
        ),
        migrations.AlterModelOptions(
            name='ban',
            options={'verbose_name': 'ban', 'verbose_name_plural': 'bans'},
        ),
        migrations.AlterModelOptions(
            name='invitation',
            options={'verbose_name': 'invitation', 'verbose_name_plural': 'invitations'},
        ),
        migrations.AlterModelOptions(
            name='membership',
            options={'verbose_name': 'member', 'verbose_name_plural': 'members'},
        ),
        migrations.AlterModelOptions(
            name='mention',
            options={'verbose_name': 'mention', 'verbose_name_plural': 'mentions'},
        ),
        migrations.AlterModelOptions(
            name='message',
            options={'verbose_name': 'message', 'verbose_name_plural': 'messages'},
        ),
        migrations.AlterModelOptions(
            name='reaction',
            options={'verbose_name': 'reaction', 'verbose_name_plural': 'reactions'},
        ),
        migrations.AlterModelOptions(
            name='room',
            options={'verbose_name': 'room', 'verbose_name_plural': 'rooms'},
        ),
        migrations.AlterModelOptions(
            name='roomevent',
            options={'verbose_name': 'event', 'verbose_name_plural': 'events'},
        ),
        migrations.AlterField(
            model_name='attachment',
            name='expires_at',
            field=models.DateTimeField(db_index=True, null=True, verbose_name='expires'),
        ),
        migrations.AlterField(
            model_name='attachment',
            name='height',
            field=models.PositiveIntegerField(null=True, verbose_name='height'),
        ),
        migrations.AlterField(
            model_name='attachment',
            name='media_type',
            field=models.CharField(max_length=100, verbose_name='media type'),
        ),
        migrations.AlterField(
            model_name='attachment',
            name='message',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='chat.message', verbose_name='message'),
        ),
        migrations.AlterField(
            model_name='attachment',
            name='name',
            field=models.CharField(max_length=100, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='attachment',
            name='room',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='chat.room', verbose_name='room'),
        ),
        migrations.AlterField(
            model_name='attachment',
            name='size',
            field=models.PositiveIntegerField(verbose_name='bytes'),
        ),
        migrations.AlterField(
            model_name='attachment',
            name='uploader',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='sent by'),
        ),
        migrations.AlterField(
            model_name='attachment',
            name='width',
            field=models.PositiveIntegerField(null=True, verbose_name='width'),
        ),
        migrations.AlterField(
            model_name='ban',
            name='at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='when'),
        ),
        migrations.AlterField(
            model_name='ban',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AlterField(
            model_name='ban',
            name='room',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bans', to='chat.room', verbose_name='room'),
        ),
        migrations.AlterField(
            model_name='ban',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bans', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AlterField(
            model_name='invitation',
            name='expires_at',
            field=models.DateTimeField(null=True, verbose_name='expires'),
        ),
        migrations.AlterField(
            model_name='invitation',
            name='invited_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invited by'),
        ),
        migrations.AlterField(
            model_name='invitation',
            name='invitee',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to=settings.AUTH_USER_MODEL, verbose_name='invited'),
        ),
        migrations.AlterField(
            model_name='invitation',
            name='room',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='chat.room', verbose_name='room'),
        ),
        migrations.AlterField(
            model_name='invitation',
            name='uses_left',
            field=models.PositiveIntegerField(null=True, verbose_name='uses left'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='joined_at',
            field=models.DateTimeField(verbose_name='joined'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='left_at',
            field=models.DateTimeField(null=True, verbose_name='left'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='muted_until',
            field=models.DateTimeField(null=True, verbose_name='muted until'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='notify',
            field=models.CharField(choices=[('all', 'of everything'), ('mentions', 'of mentions'), ('none', 'of nothing')], default='all', max_length=8, verbose_name='notifications'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='role',
            field=models.CharField(choices=[('owner', 'owner'), ('moderator', 'moderator'), ('member', 'plain member')], default='member', max_length=9, verbose_name='role'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='room',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='chat.room', verbose_name='room'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AlterField(
            model_name='mention',
            name='message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='chat.message', verbose_name='message'),
        ),
        migrations.AlterField(
            model_name='mention',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AlterField(
            model_name='message',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to=settings.AUTH_USER_MODEL, verbose_name='author'),
        ),
        migrations.AlterField(
            model_name='message',
            name='body',
            field=models.CharField(blank=True, max_length=4000, verbose_name='text'),
        ),
        migrations.AlterField(
            model_name='message',
            name='deleted_at',
            field=models.DateTimeField(null=True, verbose_name='deleted'),
        ),
        migrations.AlterField(
            model_name='message',
            name='edited_at',
            field=models.DateTimeField(null=True, verbose_name='edited'),
        ),
        migrations.AlterField(
            model_name='message',
            name='reply_to',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='replies', to='chat.message', verbose_name='reply to'),
        ),
        migrations.AlterField(
            model_name='message',
            name='room',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='chat.room', verbose_name='room'),
        ),
        migrations.AlterField(
            model_name='message',
            name='sent_at',
            field=models.DateTimeField(verbose_name='sent'),
        ),
        migrations.AlterField(
            model_name='reaction',
            name='emoji',
            field=models.CharField(max_length=16, verbose_name='emoji'),
        ),
        migrations.AlterField(
            model_name='reaction',
            name='message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reactions', to='chat.message', verbose_name='message'),
        ),
        migrations.AlterField(
            model_name='reaction',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person'),
        ),
        migrations.AlterField(
            model_name='room',
            name='address',
            field=models.CharField(max_length=64, verbose_name='address'),
        ),
        migrations.AlterField(
            model_name='room',
            name='created_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='created'),
        ),
        migrations.AlterField(
            model_name='room',
            name='deleted_at',
            field=models.DateTimeField(null=True, verbose_name='deleted'),
        ),
        migrations.AlterField(
            model_name='room',
            name='is_private',
            field=models.BooleanField(default=False, verbose_name='private'),
        ),
        migrations.AlterField(
            model_name='room',
            name='last_activity_at',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='last activity'),
        ),
        migrations.AlterField(
            model_name='room',
            name='message_count',
            field=models.PositiveBigIntegerField(default=0, verbose_name='messages'),
        ),
        migrations.AlterField(
            model_name='room',
            name='title',
            field=models.CharField(max_length=64, verbose_name='title'),
        ),
        migrations.AlterField(
            model_name='room',
            name='topic',
            field=models.CharField(blank=True, max_length=256, verbose_name='topic'),
        ),
        migrations.AlterField(
            model_name='roomevent',
            name='at',
            field=models.DateTimeField(verbose_name='when'),
        ),
        migrations.AlterField(
            model_name='roomevent',
            name='room',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='chat.room', verbose_name='room'),
        ),
        migrations.AlterField(
            model_name='roomevent',
            name='seq',
            field=models.PositiveBigIntegerField(verbose_name='number'),
        ),
    ]
