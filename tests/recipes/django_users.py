# django_users.py: creates the tables and some users of a Django application by Django itself; the password of each is "secret".
#
# Use: python3 django_users.py HOST PORT DATABASE
import sys

import django
from django.conf import settings
from django.core.management import call_command

host, port, database = sys.argv[1:]
hashers = ["PBKDF2PasswordHasher", "BCryptSHA256PasswordHasher", "BCryptPasswordHasher", "Argon2PasswordHasher"]
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes"],
    DATABASES={"default": dict(ENGINE="django.db.backends.postgresql", NAME=database, USER="postgres", HOST=host, PORT=port)},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
    PASSWORD_HASHERS=["django.contrib.auth.hashers." + name for name in hashers],
)
django.setup()
call_command("migrate", verbosity=0)

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

staff = Group.objects.create(name="Staff")
for name, algorithm in [("Ann", "pbkdf2_sha256"), ("ben", "argon2"), ("cid", "bcrypt_sha256"), ("dot", "bcrypt")]:
    user = User.objects.create(
        username=name, email=name + "@example.org", first_name=name.title(), last_name="Example", password=make_password("secret", hasher=algorithm)
    )
    user.groups.add(staff)
user = User.objects.create(username="off", password=make_password("secret"), is_active=False)
user.groups.add(staff)
user = User(username="nopassword")
user.set_unusable_password()
user.save()
