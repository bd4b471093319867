"""Figures of the notebooks. Each returns its Axes, labels them with units, and tells curves apart without colour.

A file for each section; `style` holds what they share.
"""

from dflvi.plots.bbvi import (
    blankets,
    by_data_seen,
    control,
    equal_steps,
    estimates,
    knowing_z,
    old_and_new,
    parts_of_variance,
    scores_of_draws,
    slope_and_bend,
    stream,
    variances_by_block,
    variances_by_size,
)
from dflvi.plots.cavi import (
    Animation,
    averages_of_logs,
    bounds_that_touch,
    elbo_stack,
    elbo_traces,
    gaussians_over,
    lifted_parabolas,
    loss_maps,
    mixture,
    mixture_animation,
    mixture_panels,
    optima,
    progress,
    q_and_joint,
    sliding_below_zero,
)
from dflvi.plots.conjugacy import (
    affine_image,
    beliefs,
    evidence_split,
    from_prior_to_posterior,
    gradient_terms,
    kl_both_ways,
    log_and_tangent,
    network,
)
from dflvi.plots.flows import (
    block_patterns,
    bridge,
    cloud_animation,
    cloud_panels,
    codes,
    densities_by_depth,
    flow_animation,
    grid_carried,
    grids_carried,
    planar_fits,
    restarts,
    square_grid,
)
from dflvi.plots.nfvi import (
    a_layer_that_folds,
    beside_truth,
    bounds_by_draws,
    cost_curves,
    flow_matrix,
    flow_panel,
    gap_bars,
    gaps_by_layers,
    gaps_by_step,
    guides_beside_draws,
    parts_in_use,
    posteriors_and_draws,
    price_of_a_point,
    seeds_as_dots,
    stand_ins,
    two_arrows,
)
from dflvi.plots.style import DASHES, THIRD, TRUTH, YOURS, target_and_yours, use_style
from dflvi.plots.vae import (
    bound_and_gap,
    by_class,
    code_clouds,
    digits,
    latent_map,
    noise_of_losses,
    paths,
    prices_of_latents,
    staircase,
    variance_by_n,
    zigzag,
)
