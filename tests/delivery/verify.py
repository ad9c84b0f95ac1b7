"""A run: faults, one after the other, each with processes and people of its own."""

import asyncio
from collections.abc import Mapping

from backend.management.progress import Progress
from tests.delivery import report
from tests.delivery.cluster import cluster, services
from tests.delivery.faults import Fault
from tests.delivery.scenario import CALM_SECONDS, Load, Outcome, play


def verify(faults: Mapping[str, Fault], *, processes: int, load: Load, seed: int) -> bool:
    """Whether all demands were met. Prints a line for each fault, and shows how far it is."""
    outcomes: list[Outcome] = []
    report.heading(processes=processes, seed=seed)
    with services() as on:
        for number, (name, fault) in enumerate(faults.items(), start=1):
            environment = {**fault.environment, "DELIVERY_SEED": str(seed)}
            title = f"{number} of {len(faults)}, {fault.title}: seconds"
            with (
                Progress(title, of=int(CALM_SECONDS + load.seconds)) as progress,
                cluster(on, processes=processes, environment=environment) as broken,
            ):
                outcome = asyncio.run(play(broken, fault, load=load, seed=f"{seed}.{number}", tick=progress.add))
            outcomes.append(outcome)
            report.line(name, outcome)
    return report.conclusion(outcomes, sends=load.sends * len(faults))
