"""A run: faults, one after the other, each with processes and people of its own; then somebody who does not read."""

import asyncio
from collections.abc import Mapping

from backend.management.progress import Progress
from tests.delivery import report, scenario, stalled
from tests.delivery.cluster import cluster, services
from tests.delivery.faults import Fault
from tests.delivery.scenario import Load
from tests.services.hosts import Network


def verify(
    faults: Mapping[str, Fault],
    *,
    processes: int,
    load: Load,
    seed: int,
    network: Network | None = None,
    with_stalled: bool = False,
) -> bool:
    """Whether all demands were met. Prints a line for each fault, and shows how far it is."""
    outcomes: list[report.Outcome] = []
    report.heading(processes=processes, seed=seed, are_apart=network is not None)
    with services(network) as on:
        if faults:
            report.columns()
        for number, (name, fault) in enumerate(faults.items(), start=1):
            own = f"{seed}.{number}"
            title = f"{number} of {len(faults)}, {fault.title}: seconds"
            with (
                Progress(title, of=int(scenario.CALM_SECONDS + load.seconds)) as progress,
                cluster(on, processes=processes, environment=fault.environment, seed=own) as broken,
            ):
                played = scenario.play(broken, fault, load=load, seed=own, tick=progress.add)
                outcome = asyncio.run(played)
            outcomes.append(outcome)
            report.line(name, outcome)
        if with_stalled:
            own = f"{seed}.{stalled.NAME}"
            title = f"{stalled.EVENTS:,} events, and as many while somebody does not read: seconds"
            with (
                Progress(title, of=int(2 * stalled.STALL_SECONDS)) as progress,
                cluster(on, processes=1, environment={}, seed=own) as server,
            ):
                cost = asyncio.run(stalled.play(server, seed=own, tick=progress.add))
            outcomes.append(cost)
            report.stalled_reader(cost)
    return report.conclusion(outcomes, sends=load.sends * len(faults))
