"""The names that a program may call, open and pass: closed, since a program file is only data.

What is not here can be neither loaded, replayed nor printed, so that no file reaches `torch.load`,
`torch.os` or `__class__`. Everything here computes with tensors; what is left out on purpose runs
code, touches files or shows memory that nobody wrote (`torch.empty`). What draws random numbers is
here: `judge/comparing/randomness.py` knows which of its numbers nobody can foretell.
"""

from __future__ import annotations

from collections.abc import Mapping


def _names(text: str, prefix: str = "") -> frozenset[str]:
    return frozenset(f"{prefix}{word}" for word in text.split())


_PLAIN = _names(
    """
    _chunk_cat _native_batch_norm_legit _segment_reduce _unsafe_masked_index
    _unsafe_masked_index_put_accumulate abs absolute acos acosh add addbmm addcdiv addcmul addmm
    addmv addr adjoint alias_copy all allclose amax amin aminmax angle any arange arccos arccosh
    arcsin arcsinh arctan arctan2 arctanh argmax argmin argsort argwhere as_strided
    as_strided_copy as_strided_scatter as_tensor asin asinh atan atan2 atanh atleast_1d atleast_2d
    atleast_3d baddbmm bfloat16 bincount bitwise_and bitwise_left_shift bitwise_not bitwise_or
    bitwise_right_shift bitwise_xor block_diag bmm bool broadcast_tensors broadcast_to bucketize
    byte cartesian_prod cat cdist cdouble ceil cfloat chalf channel_shuffle char cholesky
    cholesky_inverse cholesky_solve chunk clamp clamp_max clamp_min clip clone column_stack
    combinations complex concat concatenate conj conj_physical constant_pad_nd contiguous conv1d
    conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d copy copysign corrcoef cos
    cosh count_nonzero cov cross cummax cummin cumprod cumsum cumulative_trapezoid deg2rad det
    detach diag diag_embed diagflat diagonal diagonal_copy diagonal_scatter diff digamma dist div
    divide dot double dsplit dstack einsum eq equal erf erfc erfinv exp exp2 expand expand_as
    expand_copy expm1 eye fill fix flatten flip fliplr flipud float float_power floor floor_divide
    fmax fmin fmod frac frexp full full_like gather gcd ge geqrf ger gradient greater
    greater_equal grid_sampler_2d grid_sampler_3d group_norm gt half hardshrink hash_tensor
    heaviside histc histogram histogramdd hsplit hstack hypot i0 igamma igammac imag index_add
    index_copy index_fill index_put index_reduce index_select inner int inverse isclose isfinite
    isin isinf isnan isneginf isposinf isreal istft kron kthvalue layer_norm lcm ldexp le
    lerp less less_equal lgamma linspace log log10 log1p log2 log_softmax logaddexp logaddexp2
    logcumsumexp logdet logical_and logical_not logical_or logical_xor logit logspace logsumexp
    long lt lu lu_solve lu_unpack masked_fill masked_scatter masked_select matmul matrix_exp
    matrix_power max maximum mean median meshgrid min minimum mm mode moveaxis movedim msort mul
    multiply mv mvlgamma nan_to_num nanmean nanmedian nanquantile nansum narrow narrow_copy
    native_batch_norm native_group_norm native_layer_norm ne neg negative new_full new_ones
    new_tensor new_zeros nextafter nonzero nonzero_static norm not_equal ones ones_like ormqr
    outer pairwise_distance pdist permute permute_copy pinverse pixel_shuffle pixel_unshuffle
    polar polygamma positive pow prod put qr quantile rad2deg ravel real reciprocal relu remainder
    renorm repeat repeat_interleave requires_grad reshape reshape_as resolve_conj resolve_neg
    rms_norm roll rot90 round row_stack rsqrt rsub scalar_tensor scatter scatter_add
    scatter_reduce searchsorted segment_reduce select select_scatter set sgn short sigmoid sign
    signbit sin sinc sinh slice_scatter softmax sort split split_with_sizes split_with_sizes_copy
    sqrt square squeeze squeeze_copy stack std std_mean stft sub subtract sum sum_to_size svd
    swapaxes swapdims t t_copy take take_along_dim tan tanh tensor tensor_split tensordot tile to
    topk trace transpose transpose_copy trapezoid trapz triangular_solve tril tril_indices triu
    triu_indices true_divide trunc type_as unbind unbind_copy unflatten unfold unfold_copy unique
    unique_consecutive unravel_index unsafe_chunk unsafe_split unsqueeze unsqueeze_copy var
    var_mean vdot view view_as view_as_complex view_as_real view_copy vsplit vstack where xlogy
    zero zeros zeros_like
    """
)

_PREFIXED = (
    _names(
        """
        adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d
        adaptive_max_pool2d adaptive_max_pool3d avg_pool1d avg_pool2d avg_pool3d batch_norm bilinear
        binary_cross_entropy binary_cross_entropy_with_logits celu channel_shuffle conv1d conv2d
        conv3d conv_transpose1d conv_transpose2d conv_transpose3d cosine_embedding_loss
        cosine_similarity cross_entropy ctc_loss elu embedding embedding_bag gaussian_nll_loss gelu
        glu grid_sample group_norm hardshrink hardsigmoid hardswish hardtanh hinge_embedding_loss
        huber_loss instance_norm interpolate kl_div l1_loss layer_norm leaky_relu linear
        local_response_norm log_softmax logsigmoid margin_ranking_loss max_pool1d max_pool2d
        max_pool3d max_unpool1d max_unpool2d max_unpool3d mish mse_loss multi_margin_loss
        multilabel_margin_loss multilabel_soft_margin_loss nll_loss normalize one_hot pad
        pairwise_distance pdist pixel_shuffle pixel_unshuffle poisson_nll_loss prelu relu relu6
        rms_norm selu sigmoid silu smooth_l1_loss soft_margin_loss softmax softmin softplus
        softshrink softsign tanh tanhshrink threshold triplet_margin_loss
        triplet_margin_with_distance_loss unfold
        linear_cross_entropy multi_head_attention_forward scaled_dot_product_attention
        upsample_bilinear upsample_nearest
        """,
        "nn.functional.",
    ),
    _names(
        """
        cholesky cholesky_ex cond cross det diagonal eig eigh eigvals eigvalsh householder_product
        inv inv_ex ldl_factor ldl_factor_ex ldl_solve lstsq lu lu_factor lu_factor_ex lu_solve
        matmul matrix_exp matrix_norm matrix_power matrix_rank multi_dot norm pinv qr slogdet solve
        solve_ex solve_triangular svd svdvals tensorinv tensorsolve vander vecdot vector_norm
        """,
        "linalg.",
    ),
    _names(
        """
        fft fft2 fftn fftshift hfft hfft2 hfftn ifft ifft2 ifftn ifftshift ihfft ihfft2 ihfftn irfft
        irfft2 irfftn rfft rfft2 rfftn
        """,
        "fft.",
    ),
    _names(
        """
        airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 chebyshev_polynomial_t
        chebyshev_polynomial_u chebyshev_polynomial_v chebyshev_polynomial_w digamma entr erf erfc
        erfcx erfinv exp2 expit expm1 gammaln hermite_polynomial_h hermite_polynomial_he i0 i0e i1
        i1e laguerre_polynomial_l legendre_polynomial_p log1p log_ndtr log_softmax logit logsumexp
        modified_bessel_i0 modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 multigammaln
        ndtr ndtri polygamma psi round scaled_modified_bessel_k0 scaled_modified_bessel_k1
        shifted_chebyshev_polynomial_t shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v
        shifted_chebyshev_polynomial_w sinc softmax spherical_bessel_j0 xlog1py xlogy zeta
        """,
        "special.",
    ),
    _names(
        """
        amax amin argmax argmin cumprod cumsum log_softmax logaddexp logsumexp mean median norm
        normalize prod softmax softmin std sum var
        """,
        "masked.",
    ),
    _names(
        "bartlett blackman cosine exponential gaussian general_cosine general_hamming hamming hann "
        "kaiser nuttall",
        "signal.windows.",
    ),
)

_OF_GRAPHS = _names("backward graph.get_gradient_edge", "autograd.") | _names(
    "make_dual unpack_dual", "autograd.forward_ad."
)

DRAWING: frozenset[str] = _names(
    "bernoulli cauchy exponential geometric log_normal multinomial native_dropout normal rand "
    "rand_like randint randint_like randn randn_like randperm rrelu uniform"
) | _names(
    "alpha_dropout dropout dropout1d dropout2d dropout3d feature_alpha_dropout "
    "fractional_max_pool2d fractional_max_pool2d_with_indices fractional_max_pool3d "
    "fractional_max_pool3d_with_indices gumbel_softmax rrelu",
    "nn.functional.",
)
"""What gives other numbers at each call."""

CALLS: frozenset[str] = _OF_GRAPHS.union(DRAWING, _PLAIN, *_PREFIXED)
"""Functions by their dotted name under `torch`, and methods. With a `_` at its end, a name without
dots is the form that writes in place."""

LEFT_OUT: Mapping[str, str] = {
    **dict.fromkeys(
        _names(
            "empty empty_like empty_permuted empty_strided new_empty new_empty_strided resize "
            "resize_as"
        ),
        "shows memory that nobody wrote",
    ),
    "item": "gives no tensor, which a read shows",
    "to_sparse": "gives a sparse tensor",
    "broadcast_shapes": "takes and gives no tensor",
}
"""What no program calls, in any form, and why; of the rest that is not here, torch has no name for
users."""

ATTRIBUTES: frozenset[str] = frozenset({"data", "grad", "real", "imag", "T", "mT", "H", "mH"})
"""What a call may take as an attribute of a tensor. What is only looked at is in `reads.READS`."""

MODES: frozenset[str] = frozenset(
    {
        "no_grad",
        "enable_grad",
        "set_grad_enabled",
        "inference_mode",
        "autograd.detect_anomaly",
        "autograd.set_detect_anomaly",
        "autograd.set_multithreading_enabled",
        "autograd.forward_ad.dual_level",
        "autograd.graph.save_on_cpu",
        "autograd.graph.disable_saved_tensors_hooks",
        "autograd.graph.allow_mutation_on_saved_tensors",
    }
)
"""The `with` blocks, by their dotted name under `torch`."""

DTYPES: frozenset[str] = _names(
    "bool uint8 uint16 uint32 uint64 int8 int16 int32 int64 float16 bfloat16 float32 float64 "
    "complex32 complex64 complex128"
)
"""The dtypes that an argument may be. (Those of an input, which NumPy has, are fewer.)"""

CONSTANTS: frozenset[str] = _names(
    "channels_last channels_last_3d contiguous_format preserve_format strided"
)
"""The memory formats and layouts that an argument may be."""

KEYWORDS: frozenset[str] = _names(
    """
    A B L LD LU LU_data LU_pivots M N P Q R S U UPLO V Vh X a abs accumulate adjoint align_corners
    align_to_window alpha anchor angle antialias append approximate as_tuple assume_unique atol
    attn_mask aweights axis axis0 axis1 b base batch1 batch2 beta bias bin_edges bins blank
    boundaries ceil_mode center check_errors chunks col compute_mode compute_uv condition copy
    correction count_include_pad create_graph cudnn_enable cudnn_enabled data decimals delta
    density descending destination device diagonal dilation dim dim0 dim1 dim2 dimension dims
    dims_other dims_self divisor_override downscale_factor driver dtype dx edge_order eigenvalues
    eigenvectors eigvals eigvecs element elements enable_gqa end end_dim eps equal_nan equation
    exponent fill_value full full_matrices fweights get_infos grad_tensors grad_variables gradient
    grid groups hermitian hist hop_length i idx ignore_index imag implicit include_last_offset
    include_self increasing ind index indexing indices info inplace input input1 input2
    input_lengths input_mask input_scale inputs interpolation interpolation_mode inverse invert
    is_causal k keepdim kernel_size key_padding_mask l label_smoothing lambd largest layout left
    length linear_bias list log_input log_probs log_target logabsdet m mantissa margin mask mat
    mat1 mat2 max max_norm max_val max_values maxnorm memory_format min min_indices min_val
    minlength mode momentum n n_fft nan need_weights negative negative_slope neginf non_blocking
    norm norm_type normalized normalized_shape num_classes num_groups offset offsets onesided ord
    other out out_dtype out_int32 output_padding output_size p pad pad_mode padding padding_idx
    padding_mode path per_sample_weights pivot pivots pos_weight posinf positive prepend q r range
    rank rcond real recompute_scale_factor reduce reduction repeats requires_grad residuals result
    retain_graph return_complex return_counts return_indices return_inverse reverse right
    rounding_mode row rtol running_mean running_var s scale scale_factor scale_grad_by_freq
    sections self separator shape shifts side sign singular_values size size_average sizes solution
    some sorted sorted_sequence sorter source spacing sparse sparse_grad split_size
    split_size_or_sections split_sizes src stable start start_dim std step steps storage_offset
    stride swap sym t target target_lengths targets tau tensor tensor1 tensor2
    tensor_indices_or_sections tensors test_element test_elements threshold tol training transpose
    unbiased unitriangular unsafe unpack_data unpack_pivots upper upscale_factor use_input_stats
    value values var vec vec1 vec2 weight weights win_length window with_replacement x x1 x2 y
    zero_infinity hard high low lower mean num_samples
    output_ratio _random_samples replacement sigma
    """
)
"""The arguments that a call may give by name."""

OPTIONS: frozenset[str] = _names(
    "argnums atol check_backward_ad check_batched_forward_grad check_batched_grad check_forward_ad "
    "check_grad_dtypes check_undefined_grad chunk_size create_graph eps fast_mode "
    "gen_non_contig_grad_outputs has_aux in_dims masked nondet_tol out_dims "
    "outer_jacobian_strategy preserve_rng_state raise_exception randomness rtol strategy strict "
    "use_reentrant vectorize"
)
"""The arguments that a functional call may give by name."""


def may_call(form: str, name: str) -> bool:
    """Whether a program may call the name in this form; operators have a table of their own."""
    if form == "attribute":
        return name in ATTRIBUTES
    return name in CALLS or ("." not in name and name.endswith("_") and name[:-1] in CALLS)
