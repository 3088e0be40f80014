"""The engine of the multiverse against statsmodels and pyfixest, on one made-up country: `make bench`.

Every method gets its arrays ready-made; what is timed is fitting alone, in processor time of one core. Loops that would take
minutes are run in part and extrapolated; the table says from how many. pyfixest is no dependency: it takes part where it is
installed.
"""

from __future__ import annotations

import argparse
import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is imported: small matrices are slower on more threads

import resource
import time
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.discrete.conditional_models import ConditionalPoisson

from wijkanalyse.effects.multiverse.curve import Curve
from wijkanalyse.effects.multiverse.declaration import PLACES, ContrastName, Declaration, read_declaration
from wijkanalyse.effects.multiverse.enumeration import Space
from wijkanalyse.effects.multiverse.figures import Figures, make_figures
from wijkanalyse.effects.multiverse.least_squares import one_hot
from wijkanalyse.effects.multiverse.poisson import fit_poisson
from wijkanalyse.effects.multiverse.treatments import ACTIVE, MISSING
from wijkanalyse.validation.countries import draw_country
from wijkanalyse.validation.scenarios import SCENARIOS

ROOT = Path(__file__).parents[1]
CHUNK = 5_000


@cache
def figures() -> Figures:
    """A country without effect."""
    country = draw_country(SCENARIOS["zero"], 1)
    return make_figures({None: (country.panel, country.long)})


def space(contrast: ContrastName, wanted: int) -> Space:
    """The specifications of a contrast, of which the lot falls on about `wanted`."""
    declaration = read_declaration(ROOT / "config" / "multiverse.yaml")
    size = Space(declaration, contrast, figures()).size
    plan = declaration.contrasts[contrast].model_copy(update={"draw_one_in": max(1, int(size / wanted / 1.1))})
    changed: Declaration = declaration.model_copy(update={"contrasts": {**declaration.contrasts, contrast: plan}})
    return Space(changed, contrast, figures())


def least_squares(drawn: Space, wanted: int) -> Curve:
    """A curve of `wanted` specifications that are least squares."""
    rows = drawn.draw()
    within = [option.within for option in drawn.options["fixed_effects"]]
    rows = rows[np.array([within[code] != "gm_code and year" for code in rows[:, PLACES["fixed_effects"]]])]
    return Curve(drawn, rows[:wanted])


def seconds(work: Callable[[], object]) -> tuple[float, object]:
    """Processor time of one call, and what it gives."""
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def quickest(work: Callable[[], object]) -> tuple[float, object]:
    """The least processor time of three calls."""
    runs = [seconds(work) for _ in range(3)]
    return min(taken for taken, _ in runs), runs[0][1]


def arrays_of(curve: Curve, number: int, group: np.ndarray | None = None) -> tuple[np.ndarray, ...]:
    """Value, design (active first), weight and clusters of one specification."""
    given = curve.inputs(number)
    group = given.group if group is None else group
    use = (group != MISSING) & (given.weight > 0)
    design = np.column_stack([(group[use] == ACTIVE).astype(float), one_hot(given.within[use]), given.covariates[use]])
    return given.value[use], design, given.weight[use], given.cluster[use]


def fit_statsmodels(value: np.ndarray, design: np.ndarray, weight: np.ndarray, cluster: np.ndarray) -> tuple[float, float]:
    """Coefficient and cluster-robust error."""
    fitted = sm.WLS(value, design, weights=weight).fit(cov_type="cluster", cov_kwds={"groups": cluster}, use_t=True)
    return fitted.params[0], fitted.bse[0]


def specifications(wanted: int, compared: int) -> None:
    """Ten thousand specifications with cluster-robust errors."""
    curve = least_squares(space("duration", wanted * 2), wanted)
    count = len(curve.rows)
    ours, found = quickest(curve.fit)
    some = np.flatnonzero(np.isfinite(found.error))  # type: ignore[attr-defined]
    some = some[:: max(1, len(some) // compared)]
    theirs, deviation = 0.0, 0.0
    for number in some:
        arrays = arrays_of(curve, number)
        taken, expected = seconds(lambda arrays=arrays: fit_statsmodels(*arrays))  # type: ignore[misc]
        theirs += taken
        for name, value in zip(("estimate", "error"), expected, strict=True):  # type: ignore[call-overload]
            deviation = max(deviation, abs(getattr(found, name)[number] - value) / max(1, abs(value)))
    theirs *= count / len(some)
    print(f"{count} specifications with cluster-robust errors")
    print(f"  ours                 {ours:9.3f} s  {ours / count * 1e6:9.1f} us each")
    print(f"  statsmodels (arrays) {theirs:9.3f} s  {theirs / count * 1e6:9.1f} us each   from {len(some)}")
    print(f"  ratio {theirs / ours:.0f} (demanded: at least 50), largest deviation {deviation:.1e}")
    pyfixest(curve, some[: min(60, len(some))], ours / count)


def pyfixest(curve: Curve, some: np.ndarray, ours: float) -> None:
    """A few of the same in pyfixest, where it is installed."""
    try:
        import pyfixest as pf
    except ImportError as error:
        print(f"  pyfixest             skipped: {error}")
        return
    total = 0.0
    for number in some:
        given = curve.inputs(int(number))
        use = (given.group != MISSING) & (given.weight > 0)
        frame = pd.DataFrame(
            {"y": given.value, "active": given.group == ACTIVE, "w": given.weight, "fe": given.within, "cluster": given.cluster}
        ).assign(active=lambda table: table["active"].astype(float))
        names = [f"x{at}" for at in range(given.covariates.shape[1])]
        frame[names] = given.covariates
        frame = frame[use]
        formula = " + ".join(["y ~ active", *names]) + (" | fe" if frame["fe"].nunique() > 1 else "")
        taken, _ = seconds(
            lambda formula=formula, frame=frame: pf.feols(formula, frame, weights="w", vcov={"CRV1": "cluster"})  # type: ignore[misc]
        )
        total += taken
    each = total / len(some)
    print(
        f"  pyfixest             {each * 1e6:9.1f} us each, from {len(some)}; ratio {each / ours:.0f} (demanded: at least 300)"
    )


def permutations(wanted: int, compared: int) -> None:
    """Studentised permutations of one specification."""
    drawn = space("duration", 1000)
    curve = Curve(drawn, drawn.named_rows()[:1])
    rng = np.random.default_rng(1)
    paths = np.argsort(rng.random((wanted, len(figures().gm_code))), axis=1)
    ours, found = quickest(lambda: curve.fit_permuted(paths))
    theirs, deviation = 0.0, 0.0
    for number in range(compared):
        arrays = arrays_of(curve, 0, curve.groups[0][paths[number]])
        taken, (estimate, error) = seconds(lambda arrays=arrays: fit_statsmodels(*arrays))  # type: ignore[misc]
        theirs += taken
        deviation = max(deviation, abs(found[1][0, number] - estimate / error))  # type: ignore[index]
    theirs *= wanted / compared
    print(f"{wanted} studentised permutations of one specification")
    print(f"  ours                 {ours:9.3f} s")
    print(f"  statsmodels (arrays) {theirs:9.3f} s   from {compared}")
    print(f"  ratio {theirs / ours:.0f} (demanded: at least 50), largest deviation of t {deviation:.1e}")


def poisson(wanted: int, compared: int) -> None:
    """Poisson with municipality and year effects: eleven years in two series, so six periods, refitted on drawn counts."""
    rng = np.random.default_rng(2)
    years = [2015, 2016, 2017, 2018, 2019, 2020]
    expected = figures().of(None, "begun_niet_wijkteam", "filled", years)
    exposure = figures().of(None, "population_0_22", "filled", years)
    curve = Curve(*(lambda drawn: (drawn, drawn.named_rows()[:1]))(space("use", 1000)))
    group = np.where((expected > 0).all(axis=1), curve.groups[0], MISSING).astype(np.int8)
    count = rng.poisson(expected, (wanted, *expected.shape)).astype(float)
    whole, groups = np.broadcast_to(exposure, count.shape), np.broadcast_to(group, count.shape[:2])
    cluster = np.arange(len(group))
    ours, found = seconds(lambda: fit_poisson(count, whole, groups, cluster, 2))
    use = group != MISSING
    periods, units = len(years), int(use.sum())
    later = np.tile(np.arange(periods) > 0, units)
    design = np.column_stack([np.repeat(group[use] == ACTIVE, periods) & later, np.tile(np.eye(periods)[:, 1:], (units, 1))])
    theirs, deviation = 0.0, 0.0
    for number in range(compared):
        model = ConditionalPoisson(
            count[number][use].ravel(), design.astype(float), groups=np.repeat(np.arange(units), periods),
            offset=np.log(exposure[use].ravel()),
        )  # fmt: skip
        taken, fitted = seconds(lambda model=model: model.fit(disp=0, gtol=1e-10))  # type: ignore[misc]
        theirs += taken
        deviation = max(deviation, abs(fitted.params[0] - found.estimate[number]))  # type: ignore[attr-defined]
    theirs *= wanted / compared
    dummies = np.column_stack([design, np.repeat(np.eye(units), periods, axis=0)]).astype(float)
    glm = sm.GLM(count[0][use].ravel(), dummies, offset=np.log(exposure[use].ravel()), family=sm.families.Poisson())
    exact = abs(glm.fit(tol=1e-14, maxiter=100).params[0] - found.estimate[0])  # type: ignore[attr-defined]
    print(f"{wanted} Poisson refits with municipality and year effects ({units} municipalities x {periods} years)")
    print(f"  ours                 {ours:9.3f} s  {ours / wanted * 1e3:9.3f} ms each, with cluster-robust errors")
    print(f"  ConditionalPoisson   {theirs:9.3f} s  {theirs / wanted * 1e3:9.3f} ms each, without   from {compared}")
    print(f"  ratio {theirs / ours:.0f} (demanded: at least 200)")
    print(f"  largest deviation {deviation:.1e} (its optimiser stops early); from Poisson with dummies {exact:.1e}")


def growth(sizes: list[int]) -> None:
    """Cost and memory from a thousand to a hundred thousand specifications, in chunks."""
    drawn = space("duration", max(sizes))
    rows = drawn.draw()
    rows = rows[np.random.default_rng(3).permutation(len(rows))]
    print(f"From {min(sizes)} to {max(sizes)} specifications, vectors made and fitted in chunks of {CHUNK}")
    print("  specifications   seconds   us each   highest memory above the start, MB")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for size in sizes:
        part = rows[:size]

        def work(part: np.ndarray = part) -> None:
            for first in range(0, len(part), CHUNK):
                Curve(drawn, part[first : first + CHUNK]).fit()

        taken, _ = seconds(work)
        above = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        print(f"  {len(part):14d} {taken:9.2f} {taken / len(part) * 1e6:9.1f} {above:12.0f}", flush=True)


def main() -> None:
    """Run all comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--specifications", type=int, default=10_000)
    parser.add_argument("--compared", type=int, default=10_000, help="specifications also fitted in statsmodels")
    parser.add_argument("--largest", type=int, default=100_000, help="end of the table of costs")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    # first, for the highest memory of a process never goes down
    growth([size for size in (1_000, 3_000, 10_000, 30_000, 100_000) if size <= chosen.largest])
    specifications(chosen.specifications, min(chosen.compared, chosen.specifications))
    permutations(9_999, 200)
    poisson(2_000, 10)


if __name__ == "__main__":
    main()
