"""A run: faults, one after the other, each with processes and people of its own; then somebody who does not read."""

import asyncio
from collections.abc import Mapping

from backend.management.progress import Progress
from tests.delivery import report, scenario, stalled
from tests.delivery.cluster import Services, cluster, services
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
            cost = stalled.Outcome(*(_run(on, is_stalled=each, seed=seed) for each in (False, True)))
            outcomes.append(cost)
            report.stalled_reader(cost)
    return report.conclusion(outcomes, sends=load.sends * len(faults))


def _run(on: Services, *, is_stalled: bool, seed: int) -> stalled.Run:
    own = f"{seed}.{is_stalled:d}"
    title = f"{stalled.EVENTS:,} events {'while somebody does not read' if is_stalled else 'to compare with'}: seconds"
    with (
        Progress(title, of=int(stalled.STALL_SECONDS)) as progress,
        cluster(on, processes=1, environment={}, seed=own) as server,
    ):
        return asyncio.run(stalled.play(server, is_stalled=is_stalled, seed=own, tick=progress.add))
