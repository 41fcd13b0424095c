"""Who schemathesis is when it asks the server: ada of the demo, in her chat, or somebody new where a session may end by it."""

import itertools
import os
import pathlib
import sys

import schemathesis

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
sys.dont_write_bytecode = True
from coop import Api  # noqa: E402

URL, CHAT, PASSWORD = (os.environ[name] for name in ("COOP_URL", "COOP_CHAT", "COOP_PASSWORD"))
# These end sessions or accounts, with a password that they might guess: never ada's.
ENDING = ("/api/auth/logout", "/api/auth/password", "/api/auth/me", "/api/auth/sessions", "/api/auth/refresh")
numbers = itertools.count()


def elsewhere():
    """Wrong passwords and codes from one address slow everything down from there, so this is always another one."""
    number = next(numbers)
    return {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}


def token(username):
    body = {"username": username, "password": PASSWORD}
    status, _, answer = Api(URL).call("POST", "/api/auth/login", body, elsewhere())
    assert status == 200, answer
    return answer["access_token"]


def newcomer():
    name = f"new{os.getpid()}_{next(numbers)}"
    person = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    status, _, answer = Api(URL).call("POST", "/api/auth/register", person, elsewhere())
    assert status == 201, answer
    return token(name)


ADA = token("ada")


@schemathesis.auth(refresh_interval=None)
class Person:
    def get(self, case, context):
        return newcomer() if case.operation.path.startswith(ENDING) else ADA

    def set(self, case, data, context):
        case.headers.update({"Authorization": f"Bearer {data}", **elsewhere()})


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Ids that are made up are of nothing: every other time it is the chat that there is, unless that would end it."""
    leaves = context.operation.path in ("/api/chats/{chat_id}", "/api/chats/{chat_id}/leave")
    if path_parameters and "chat_id" in path_parameters and not leaves and next(numbers) % 2:
        path_parameters["chat_id"] = CHAT
    return path_parameters
