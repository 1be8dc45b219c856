"""The list of actions and operations decodes to what was encoded, and is current."""

from __future__ import annotations

import processes
from house.source import ROOT
from mfa_session.aws.action_list import ENCODING, WORD_SIGNS, ActionList, list_path, read_list

VERBS = "List Get Delete"  # a, b and c
SETS = "abc"  # d
WORDS = " ".join(["Address", *["Unused"] * (len(WORD_SIGNS) - 2), "Instance"])
FIRST, LAST = WORD_SIGNS[0], WORD_SIGNS[-1]  # of one and of two characters
LIST = f"""# a comment
{WORDS}
{VERBS}
ec2 ec2,ec2-other
 -
 +
login +
nothing -
s3 =
 +s3api
  {FIRST}\1Attribute\1V2
 DB{LAST}\1Policy\2SizeLimit  Policy
 Snapshot


 Bucket
 Object\1Version
{SETS}
ad (Modify)b c b'a cc (connect)  c'ab  (Restore) c ca b
"""


def test_shortened_names_are_restored() -> None:
    read = ActionList(LIST)
    assert list(read.services) == ["ec2", "nothing", "s3"]
    assert read.actions_of("ec2") == [
        *("List", "ListAddress", "GetAddress", "DeleteAddress"),
        *("ModifyAddressAttribute", "GetAddressAttribute", "DeleteAddressV2"),
        *("GetDBInstance", "ListDBInstances", "DeleteDBPolicy", "DeleteDBPolicySizeLimit"),
        *("connect", "DeletePolicy", "ListPolicies", "GetPolicies"),
    ]
    assert read.actions_of("nothing") == read.actions_of("unknown") == []


def test_operations_are_spelled_as_the_cli_spells_them() -> None:
    both = ("delete-address", "delete-address-v2", "get-address", "get-address-attribute", "list",
            "list-address", "modify-address-attribute")  # fmt: skip
    assert ActionList(LIST).operations == {
        "ec2": (*both, "restore-snapshot"),
        "ec2-other": both,
        "login": (),
        "s3": ("delete-bucket",),
        "s3api": ("delete-object", "get-object-version", "list-object"),
    }


def test_the_list_has_actions_and_operations() -> None:
    listed = read_list()
    assert {"PassRole", "CreateVirtualMFADevice"} <= set(listed.actions_of("iam"))
    assert {"stop-instances", "wait"} <= set(listed.operations["ec2"])
    assert {"cp", "sync"} <= set(listed.operations["s3"])


def test_the_list_matches_the_installed_packages() -> None:
    with open(list_path(), encoding=ENCODING) as file:
        written = file.read()
    # In a separate process: the CLI finds other models once boto3's botocore is loaded.
    made = processes.run_python(
        f"import sys; sys.path.insert(0, {str(ROOT / 'docs')!r}); import generate_actions as made\n"
        "sys.stdout.write(made.render(made.read_list()))"
    )
    assert written == made.stdout, "run python docs/generate_actions.py"
