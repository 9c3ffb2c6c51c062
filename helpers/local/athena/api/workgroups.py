"""Work groups: where results go, whether that is enforced, and how much a query may scan."""

import threading
import time
from dataclasses import dataclass, field

from ..errors import RequestError
from ..locations import check_location
from ..result_settings import NOT_TOGETHER, check_encryption
from . import paging

PRIMARY = "primary"
ENGINE_VERSION = {
    "SelectedEngineVersion": "AUTO",
    "EffectiveEngineVersion": "Athena engine version 3",
}
_DEFAULTS = {
    "ResultConfiguration": {},
    "EnforceWorkGroupConfiguration": True,
    "PublishCloudWatchMetricsEnabled": False,
    "RequesterPaysEnabled": False,
    "EnableMinimumEncryptionConfiguration": False,
}
# Fields that the real service answers although its published model does not have them.
_UNPUBLISHED = {"QuerySchedulingType": "DEFAULT"}
_ENGINES = ("AUTO", "Athena engine version 3")
_REMOVABLE = {
    "RemoveBytesScannedCutoffPerQuery": "BytesScannedCutoffPerQuery",
    "RemoveCustomerContentEncryptionConfiguration": "CustomerContentEncryptionConfiguration",
}


@dataclass
class WorkGroup:
    name: str
    description: str = ""
    state: str = "ENABLED"
    configuration: dict = field(default_factory=dict)
    created: float = field(default_factory=time.time)

    @property
    def output_location(self):
        """Where its results go (s3://…), or None."""
        return self.configuration["ResultConfiguration"].get("OutputLocation")

    @property
    def managed(self):
        """Its ManagedQueryResultsConfiguration where the service keeps results, or None."""
        managed = self.configuration.get("ManagedQueryResultsConfiguration", {})
        return managed if managed.get("Enabled") else None

    @property
    def enforced(self):
        return self.configuration["EnforceWorkGroupConfiguration"]

    @property
    def scan_cutoff(self):
        """Bytes that a query may scan before it is cancelled, or None."""
        return self.configuration.get("BytesScannedCutoffPerQuery")


class WorkGroups:
    """The work groups by name; `primary` always exists."""

    def __init__(self, tags):
        """`tags`: a Tags store, keyed by ARN."""
        self._tags = tags
        self._lock = threading.RLock()
        configuration = {**_DEFAULTS, "EnforceWorkGroupConfiguration": False}
        self._groups = {PRIMARY: WorkGroup(PRIMARY, configuration=configuration)}
        self._on_delete = []

    def on_delete(self, forget):
        """Call `forget(name, only_check)` when a group goes; it answers whether it holds something."""
        self._on_delete.append(forget)

    def get(self, name):
        """The work group of this name. Raises RequestError."""
        group = self._groups.get(name)
        if group is None:
            raise RequestError(f"WorkGroup {name} is not found.")
        return group

    # The operations

    def create_work_group(self, request):
        name = request["Name"]
        given = request.get("Configuration", {})
        if name == PRIMARY:
            raise RequestError("primary workGroup could not be created")
        _check(given)
        with self._lock:
            if name in self._groups:
                raise RequestError(f"WorkGroup {name} is already created")
            configuration = {**_DEFAULTS, **given}
            configuration.pop("EngineVersion", None)
            self._groups[name] = WorkGroup(name, request.get("Description", ""), configuration=configuration)
            self._tags.put("workgroup", name, request.get("Tags", []))
        return {}

    def get_work_group(self, request):
        return {"WorkGroup": _described(self.get(request["WorkGroup"]))}

    def list_work_groups(self, request):
        summaries = [_summary(group) for _, group in sorted(self._groups.copy().items())]
        return paging.page("WorkGroups", "workgroups", summaries, request)

    def update_work_group(self, request):
        updates = dict(request.get("ConfigurationUpdates", {}))
        with self._lock:
            group = self.get(request["WorkGroup"])
            configuration = dict(group.configuration)
            for flag, removed in _REMOVABLE.items():
                if updates.pop(flag, False):
                    configuration.pop(removed, None)
            updates.pop("EngineVersion", None)
            results = _updated_results(
                configuration["ResultConfiguration"], updates.pop("ResultConfigurationUpdates", {})
            )
            managed = updates.pop("ManagedQueryResultsConfigurationUpdates", {})
            configuration = {**configuration, **updates, "ResultConfiguration": results}
            if managed:
                current = configuration.get("ManagedQueryResultsConfiguration", {"Enabled": False})
                configuration["ManagedQueryResultsConfiguration"] = _updated_managed(current, managed)
            _check(configuration)
            group.configuration = configuration
            group.description = request.get("Description", group.description)
            group.state = request.get("State", group.state)
        return {}

    def delete_work_group(self, request):
        name = request["WorkGroup"]
        if name == PRIMARY:
            raise RequestError("The primary workgroup can not be deleted")
        with self._lock:
            self.get(name)
            holds_something = any(forget(name, only_check=True) for forget in self._on_delete)
            if holds_something and not request.get("RecursiveDeleteOption"):
                raise RequestError(f"WorkGroup {name} is not empty")
            for forget in self._on_delete:
                forget(name, only_check=False)
            del self._groups[name]
            self._tags.drop("workgroup", name)
        return {}

    def list_engine_versions(self, request):
        versions = [{**ENGINE_VERSION, "SelectedEngineVersion": selected} for selected in _ENGINES]
        return paging.page("EngineVersions", "engines", versions, request, default=10)


def _check(configuration):
    results = configuration.get("ResultConfiguration", {})
    if "OutputLocation" in results:
        check_location(results["OutputLocation"])
    check_encryption(results)
    if results and configuration.get("ManagedQueryResultsConfiguration", {}).get("Enabled"):
        raise RequestError(NOT_TOGETHER)
    version = configuration.get("EngineVersion", {}).get("SelectedEngineVersion", "AUTO")
    if version not in _ENGINES:
        raise RequestError(f"{version} is not supported. Select an engine version that Athena supports.")


def _updated_results(current, updates):
    results = dict(current)
    for name in ("OutputLocation", "EncryptionConfiguration", "ExpectedBucketOwner", "AclConfiguration"):
        if updates.get(f"Remove{name}"):
            results.pop(name, None)
        if name in updates:
            results[name] = updates[name]
    return results


def _updated_managed(current, updates):
    changed = current | {name: updates[name] for name in ("Enabled", "EncryptionConfiguration") if name in updates}
    if updates.get("RemoveEncryptionConfiguration"):
        changed.pop("EncryptionConfiguration", None)
    return changed


def _described(group):
    engine = {**ENGINE_VERSION, "Category": "Presto"}
    return {
        "Name": group.name,
        "State": group.state,
        "Description": group.description,
        "CreationTime": group.created,
        "Configuration": {**group.configuration, "EngineVersion": engine, **_UNPUBLISHED},
    }


def _summary(group):
    return {
        "Name": group.name,
        "State": group.state,
        "Description": group.description,
        "CreationTime": group.created,
        "EngineVersion": ENGINE_VERSION,
    }
