"""What the scripted clients and the demo share: one REST call, one check, one way to log in."""

import argparse
import json
import sys
import urllib.error
import urllib.request

# Straight to the address that was given, whatever proxy the environment names.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Api:
    """A server's REST interface, seen by one person."""

    def __init__(self, server, token=None):
        self.server = server.rstrip("/")
        self.token = token

    def call(self, method, path, body=None, headers=None):
        """Returns status, headers and the decoded body, whatever the status is."""
        headers = {"Accept": "application/json", **(headers or {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.server + path, data, headers, method=method)
        try:
            response = OPENER.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            text = response.read()
        is_json = "json" in response.headers.get("Content-Type", "")
        return response.status, response.headers, json.loads(text) if text and is_json else None

    def log_in(self, username, password):
        """Logs in and uses the new token from now on."""
        body = {"username": username, "password": password}
        status, _, answer = self.call("POST", "/api/auth/login", body)
        check(status == 200, f"POST /api/auth/login as {username} gives 200", answer)
        check(answer["token_type"] == "bearer" and answer["expires_in"] > 0, "the token says how long it lives")
        self.token = answer["access_token"]


def check(holds, promise, seen=None):
    """Prints a promise that holds, and ends the program where one does not."""
    if not holds:
        sys.exit(f"FAILED  {promise}" + ("" if seen is None else f"\n        seen: {seen}"))
    print(f"ok      {promise}", flush=True)


def has(resource, names, what):
    """Checks that the resource has every field that is named."""
    missing = [name for name in names.split() if name not in resource]
    check(not missing, f"{what} has {names.replace(' ', ', ')}", f"missing: {missing} in {resource}")


def arguments(description):
    """The arguments that every scripted client takes, and the interface that they lead to."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("server", help="address, such as http://localhost:8000")
    parser.add_argument("token", nargs="?", help="access token; or else --login and --password")
    parser.add_argument("chat", help="id of a chat that the person is in, and that has the bot's ear")
    parser.add_argument("--login", metavar="NAME", help="username or email to log in with")
    parser.add_argument("--password", help="the password that belongs to it")
    options = parser.parse_args()
    if (options.token is None) == (options.login is None):
        parser.error("give either a token or --login and --password")
    api = Api(options.server, options.token)
    try:
        api.call("GET", "/health")
    except (OSError, ValueError) as error:
        sys.exit(f"{options.server} cannot be reached: {error}")
    if options.login:
        api.log_in(options.login, options.password or "")
    return api, options.chat
