"""What no description says of a host: which accounts, groups and pages it has, and how a call is signed.

The values that were drawn stay as they are, but where one is of its field's form and names something that there is not here.
"""

import base64
import hashlib
import hmac
import itertools
import os
import re
import time

import requests
import schemathesis

ACCOUNT, ADDRESS = os.environ["ACCOUNT_ID"], os.environ["ACCOUNT_EMAIL"]
GROUP = os.environ["GROUP"]
PAGE, BACK = os.environ["PAGE"], os.environ["RETURN_URL"]

numbers = itertools.count()


def in_base62(account):
    """The same id as Data Forest has it: ours has a letter from a to p for each four bits."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    number, text = int("".join("%x" % (ord(letter) - ord("a")) for letter in account), 16), ""
    while number:
        number, digit = divmod(number, 62)
        text = digits[digit] + text
    return text.rjust(22, "0")


def every_other_time(known):
    """As often as not what there is; otherwise what was drawn."""
    return lambda drawn: known if next(numbers) % 2 else drawn


def of_our_policy(_):
    """A password that the host takes, and another one each time: none is taken twice."""
    return "heron-wades-%06d" % next(numbers)


# For each call the fields of its body that mean something of this host: the form of their values, and what there is here.
KNOWN = {
    "registerAccount": [("ipFilterGroupName", r"[0-9A-Za-z.-]{1,32}", lambda _: GROUP)],
    "updateAccount": [("ipFilterGroupName", r"[0-9A-Za-z.-]{1,32}", lambda _: GROUP)],
    "requestPasswordSet": [("accountId", r"[0-9A-Za-z]{32}", every_other_time(ACCOUNT))],
    "resetPassword": [
        ("id", r"[0-9A-Za-z]{1,22}", every_other_time(in_base62(ACCOUNT))),
        ("password", r"(?s).{8,20}", of_our_policy),
    ],
    "custom_request_password_reset": [
        ("email", r"[^@]+@[^@]+", every_other_time(ADDRESS)),
        ("reset_password_url", r"https?://.+", lambda _: PAGE),
        ("return_url", r"https?://.+", lambda _: BACK),
    ],
    "request_password_reset": [
        ("email", r"[^@]+@[^@]+", every_other_time(ADDRESS)),
        ("return_url", r"https?://.+", lambda _: BACK),
    ],
    "create_password_reset": [("email", r"[^@]+@[^@]+", every_other_time(ADDRESS))],
    "complete_password_reset": [("new_password", r"(?s).{8,20}", of_our_policy)],
}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Names what there is here. A value that is to be refused for its form keeps it."""
    if not isinstance(case.body, dict):
        return
    operation = case.operation.definition.raw.get("operationId")
    body = dict(case.body)
    for field, form, known in KNOWN.get(operation, []):
        if isinstance(body.get(field), str) and re.fullmatch(form, body[field]):
            body[field] = known(body[field])
    if body != case.body:
        case.body = body


@schemathesis.hook
def filter_case(context, case):
    """XML has no lists, but as many elements of a name: one in place of a value may be written as that value, or as nothing."""
    is_xml = case.media_type is not None and case.media_type.endswith("xml")
    return not (is_xml and isinstance(case.body, dict) and any(isinstance(value, list) for value in case.body.values()))


class NcpSignature(requests.auth.AuthBase):
    """Signs a call as NAVER Cloud's gateway has it signed."""

    def __call__(self, request):
        stamp, key = str(int(time.time() * 1000)), os.environ["NCP_ACCESS_KEY"]
        text = f"{request.method} {request.path_url}\n{stamp}\n{key}"
        mac = hmac.new(os.environ["NCP_SECRET"].encode(), text.encode(), hashlib.sha256)
        request.headers["x-ncp-apigw-timestamp"] = stamp
        request.headers["x-ncp-iam-access-key"] = key
        request.headers["x-ncp-apigw-signature-v2"] = base64.b64encode(mac.digest()).decode()
        return request


if "NCP_SECRET" in os.environ:
    schemathesis.auth.set_from_requests(NcpSignature())
