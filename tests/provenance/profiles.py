"""What RO-Crate 1.1, Workflow RO-Crate 1.0 and Process and Workflow Run Crate 0.5 say that a crate MUST have.

A validator exists (roc-validator), but it fetches the contexts that a crate names from the web each time. These are its
required checks, as far as they touch a crate such as ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

RUN_PROFILES = ("https://w3id.org/ro/wfrun/process/0.5", "https://w3id.org/ro/wfrun/workflow/0.5")
WORKFLOW_PROFILE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
WORKFLOW_TYPES = {"File", "SoftwareSourceCode", "ComputationalWorkflow"}


def faults_of_crate(crate: dict[str, Any], root: Path) -> list[str]:
    """Return every MUST that the crate in `root` breaks."""
    entities = {one["@id"]: one for one in crate["@graph"]}
    faults = [] if len(entities) == len(crate["@graph"]) else ["an @id stands there twice"]
    return [*faults, *_structure(crate, entities), *_files(entities, root), *_workflow(entities), *_run(entities)]


def _ids(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [one["@id"] for one in values if isinstance(one, dict)]


def _types(entity: dict[str, Any]) -> set[str]:
    kinds = entity.get("@type", [])
    return set(kinds) if isinstance(kinds, list) else {kinds}


def _structure(crate: dict[str, Any], entities: dict[str, dict[str, Any]]) -> Iterator[str]:
    if "https://w3id.org/ro/crate/1.1/context" not in crate["@context"]:
        yield "@context: not that of RO-Crate 1.1"
    descriptor, root = entities.get("ro-crate-metadata.json", {}), entities.get("./", {})
    if "https://w3id.org/ro/crate/1.1" not in _ids(descriptor.get("conformsTo")) or _ids(descriptor.get("about")) != ["./"]:
        yield "ro-crate-metadata.json: does not say that it describes ./ by RO-Crate 1.1"
    for key in ("name", "description", "datePublished", "license"):
        if not root.get(key):
            yield f"./: no {key}"
    for profile in (*RUN_PROFILES, WORKFLOW_PROFILE):
        if profile not in _ids(root.get("conformsTo")):
            yield f"./: does not conform to {profile}"
        elif not entities.get(profile, {}).get("version"):
            yield f"{profile}: is not described with its version"
    for name, entity in entities.items():
        if not _types(entity):
            yield f"{name}: no @type"
        for key, value in entity.items():
            if isinstance(value, dict | list) and key != "@type":
                outside = ("http", "ro-crate")
                yield from (
                    f"{name}: {key} {one} is not described"
                    for one in _ids(value)
                    if one not in entities and not one.startswith(outside)
                )
                if any(
                    isinstance(one, dict) and set(one) != {"@id"} for one in (value if isinstance(value, list) else [value])
                ):
                    yield f"{name}: {key} is nested, a crate is flat"


def _files(entities: dict[str, dict[str, Any]], root: Path) -> Iterator[str]:
    parts = set(_ids(entities["./"].get("hasPart")))
    within = {part for name in parts for part in _ids(entities.get(name, {}).get("hasPart"))}
    for name, entity in entities.items():
        if _types(entity) & {"File", "Dataset"} and name != "./":
            if not (root / name).exists():
                yield f"{name}: there is no such file"
            if name not in parts | within:
                yield f"{name}: is no part of the crate"
            if "Dataset" in _types(entity) and not name.endswith("/"):
                yield f"{name}: a folder ends with /"


def _workflow(entities: dict[str, dict[str, Any]]) -> Iterator[str]:
    main = _ids(entities["./"].get("mainEntity"))
    workflow = entities.get(main[0], {}) if main else {}
    if not _types(workflow) >= WORKFLOW_TYPES:
        yield "the main entity is no workflow"
    for key in ("name", "programmingLanguage"):
        if not workflow.get(key):
            yield f"{main[0] if main else 'workflow'}: no {key}"
    for language in _ids(workflow.get("programmingLanguage")):
        if "ComputerLanguage" not in _types(entities.get(language, {})):
            yield f"{language}: is no ComputerLanguage"
    for parameter in [*_ids(workflow.get("input")), *_ids(workflow.get("output"))]:
        found = entities.get(parameter, {})
        if "FormalParameter" not in _types(found):
            yield f"{parameter}: is no FormalParameter"
        for key in ("name", "additionalType", "workExample"):
            if not found.get(key):
                yield f"{parameter}: no {key}"
        for example in _ids(found.get("workExample")):
            if parameter not in _ids(entities.get(example, {}).get("exampleOfWork")):
                yield f"{example}: does not say that it is an example of {parameter}"


def _run(entities: dict[str, dict[str, Any]]) -> Iterator[str]:
    main = _ids(entities["./"].get("mainEntity"))
    actions = [entity for entity in entities.values() if "CreateAction" in _types(entity)]
    if not any(set(_ids(action.get("instrument"))) & set(main) for action in actions):
        yield "no action has the workflow as its instrument"
    for action in actions:
        if not _ids(action.get("result")) or not _ids(action.get("object")):
            yield f"{action['@id']}: nothing went in or nothing came out"
        if action["@id"] not in _ids(entities["./"].get("mentions")):
            yield f"{action['@id']}: is not mentioned by the crate"
