"""Capacity reservations: kept and described, and allocated at once. Queries run alike with and without one.

The order of their lives is the API reference's: active, cancelled, deleted; only an active one is resized.
"""

import threading
import time

from ..errors import RequestError
from . import paging

ACTIVE, CANCELLED = "ACTIVE", "CANCELLED"


class CapacityReservations:
    def __init__(self, workgroups, tags):
        self._lock = threading.Lock()
        self._workgroups, self._tags = workgroups, tags
        self._reservations = {}  # name → what GetCapacityReservation answers
        self._assignments = {}  # name → its CapacityAssignments

    def _get(self, name):
        if name not in self._reservations:
            raise RequestError(f"Capacity reservation {name} was not found")
        return self._reservations[name]

    def _require(self, name, status, action):
        found = self._get(name)
        if found["Status"] != status:
            is_now = f"Capacity reservation {name} is {found['Status']}"
            raise RequestError(f"{is_now}; only {status} ones can be {action}")
        return found

    # The operations

    def create_capacity_reservation(self, request):
        name, now = request["Name"], time.time()
        with self._lock:
            if name in self._reservations:
                raise RequestError(f"Capacity reservation {name} already exists")
            self._reservations[name] = {
                "Name": name,
                "Status": ACTIVE,
                "CreationTime": now,
                **_allocated(request["TargetDpus"], now),
            }
            self._tags.put("capacity-reservation", name, request.get("Tags", []))
        return {}

    def get_capacity_reservation(self, request):
        return {"CapacityReservation": self._get(request["Name"])}

    def list_capacity_reservations(self, request):
        found = [reservation for _, reservation in sorted(self._reservations.copy().items())]
        return paging.page("CapacityReservations", "reservations", found, request)

    def update_capacity_reservation(self, request):
        with self._lock:
            found = self._require(request["Name"], ACTIVE, "updated")
            self._reservations[request["Name"]] = {**found, **_allocated(request["TargetDpus"], time.time())}
        return {}

    def cancel_capacity_reservation(self, request):
        with self._lock:
            found = self._require(request["Name"], ACTIVE, "cancelled")
            self._reservations[request["Name"]] = {**found, "Status": CANCELLED, "AllocatedDpus": 0}
        return {}

    def delete_capacity_reservation(self, request):
        name = request["Name"]
        with self._lock:
            self._require(name, CANCELLED, "deleted")
            del self._reservations[name]
            self._assignments.pop(name, None)
            self._tags.drop("capacity-reservation", name)
        return {}

    def put_capacity_assignment_configuration(self, request):
        name, assignments = request["CapacityReservationName"], request["CapacityAssignments"]
        with self._lock:
            self._get(name)
            for group in (group for assignment in assignments for group in assignment.get("WorkGroupNames", [])):
                self._workgroups.get(group)
            self._assignments[name] = assignments
        return {}

    def get_capacity_assignment_configuration(self, request):
        name = request["CapacityReservationName"]
        self._get(name)
        assignments = self._assignments.get(name, [])
        configuration = {"CapacityReservationName": name, "CapacityAssignments": assignments}
        return {"CapacityAssignmentConfiguration": configuration}


def _allocated(dpus, now):
    allocation = {"Status": "SUCCEEDED", "RequestTime": now, "RequestCompletionTime": now}
    return {
        "TargetDpus": dpus,
        "AllocatedDpus": dpus,
        "LastAllocation": allocation,
        "LastSuccessfulAllocationTime": now,
    }
