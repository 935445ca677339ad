"""The names that a program may call, open and pass: closed, since a program file is only data.

What is not here can be neither loaded, replayed nor printed, so that no file reaches `torch.load`,
`torch.os` or `__class__`. Everything here computes with tensors; what is left out on purpose runs
code, touches files, draws random numbers or shows memory that nobody wrote (`torch.empty`).
"""

from __future__ import annotations


def _names(text: str, prefix: str = "") -> frozenset[str]:
    return frozenset(f"{prefix}{word}" for word in text.split())


_PLAIN = _names(
    """
    abs absolute acos acosh add addbmm addcdiv addcmul addmm addmv addr adjoint all amax amin
    aminmax angle any arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin
    argsort argwhere as_strided as_strided_scatter as_tensor asin asinh atan atan2 atanh
    atleast_1d atleast_2d atleast_3d baddbmm bfloat16 bincount bitwise_and bitwise_left_shift
    bitwise_not bitwise_or bitwise_right_shift bitwise_xor block_diag bmm bool broadcast_tensors
    broadcast_to bucketize byte cartesian_prod cat cdist cdouble ceil cfloat chalf char cholesky
    cholesky_inverse cholesky_solve chunk clamp clamp_max clamp_min clip clone column_stack
    combinations complex concat concatenate conj conj_physical contiguous conv1d conv2d conv3d
    conv_transpose1d conv_transpose2d conv_transpose3d copy copysign corrcoef cos cosh
    count_nonzero cov cross cummax cummin cumprod cumsum cumulative_trapezoid deg2rad det detach
    diag diag_embed diagflat diagonal diagonal_scatter diff digamma dist div divide dot double
    dsplit dstack einsum eq erf erfc erfinv exp exp2 expand expand_as expm1 eye fill fix flatten
    flip fliplr flipud float float_power floor floor_divide fmax fmin fmod frac frexp full
    full_like gather gcd ge ger gradient greater greater_equal grid_sampler_2d grid_sampler_3d
    group_norm gt half heaviside histc histogram hsplit hstack hypot i0 igamma igammac imag
    index_add index_copy index_fill index_put index_reduce index_select inner int inverse
    isclose isfinite isin isinf isnan isneginf isposinf isreal istft kron kthvalue layer_norm
    lcm ldexp le lerp less less_equal lgamma linspace log log10 log1p log2 log_softmax logaddexp
    logaddexp2 logcumsumexp logdet logical_and logical_not logical_or logical_xor logit logspace
    logsumexp long lt lu lu_solve lu_unpack masked_fill masked_scatter masked_select matmul
    matrix_exp matrix_power max maximum mean median meshgrid min minimum mm mode moveaxis
    movedim msort mul multiply mv mvlgamma nan_to_num nanmean nanmedian nanquantile nansum
    narrow ne neg negative new_full new_ones new_tensor new_zeros nextafter nonzero
    nonzero_static norm not_equal ones ones_like outer permute pinverse polar polygamma positive
    pow prod put qr quantile rad2deg ravel real reciprocal relu remainder renorm repeat
    repeat_interleave requires_grad reshape reshape_as resolve_conj resolve_neg rms_norm roll
    rot90 round row_stack rsqrt rsub scalar_tensor scatter scatter_add scatter_reduce
    searchsorted select select_scatter set sgn short sigmoid sign signbit sin sinc sinh
    slice_scatter softmax sort split split_with_sizes sqrt square squeeze stack std std_mean
    stft sub subtract sum sum_to_size svd swapaxes swapdims t take take_along_dim tan tanh
    tensor tensor_split tensordot tile to topk trace transpose trapezoid trapz triangular_solve
    tril tril_indices triu triu_indices true_divide trunc type_as unbind unflatten unfold unique
    unique_consecutive unravel_index unsqueeze var var_mean vdot view view_as view_as_complex
    view_as_real vsplit vstack where xlogy zero zeros zeros_like
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
)

CALLS: frozenset[str] = frozenset({"autograd.backward"}).union(_PLAIN, *_PREFIXED)
"""Functions by their dotted name under `torch`, and methods. With a `_` at its end, a name without
dots is the form that writes in place."""

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

KEYWORDS: frozenset[str] = _names(
    """
    A B L LD LU LU_data LU_pivots M N P Q R S U UPLO V Vh X a abs accumulate adjoint
    align_corners align_to_window alpha anchor angle antialias append approximate assume_unique
    atol aweights axis0 axis1 b base batch1 batch2 beta bias bin_edges bins blank boundaries
    ceil_mode center check_errors chunks col compute_mode compute_uv condition copy correction
    count_include_pad create_graph cudnn_enable cudnn_enabled data decimals delta density
    descending destination device diagonal dilation dim dim0 dim1 dim2 dimension dims dims_other
    dims_self divisor_override downscale_factor driver dtype dx edge_order eigenvalues
    eigenvectors eigvals eigvecs element elements end end_dim eps equal_nan equation exponent
    fill_value full full_matrices fweights get_infos grad_tensors grad_variables gradient grid
    groups hermitian hist hop_length i idx ignore_index imag implicit include_last_offset
    include_self increasing ind index indexing indices info inplace input input1 input2
    input_lengths input_scale inputs interpolation interpolation_mode inverse invert k keepdim
    kernel_size l label_smoothing lambd largest layout left length list log_input log_probs
    log_target logabsdet m mantissa margin mask mat mat1 mat2 max max_norm max_val max_values
    maxnorm memory_format min min_indices min_val minlength mode momentum n n_fft nan negative
    negative_slope neginf non_blocking norm norm_type normalized normalized_shape num_classes
    num_groups offset offsets onesided ord other out out_dtype out_int32 output_padding
    output_size p pad pad_mode padding padding_idx padding_mode path per_sample_weights pivot
    pivots pos_weight posinf positive prepend q r range rank rcond real recompute_scale_factor
    reduce reduction repeats requires_grad residuals result retain_graph return_complex
    return_counts return_inverse reverse right rounding_mode row rtol running_mean running_var s
    scale scale_factor scale_grad_by_freq sections self separator shape shifts side sign
    singular_values size size_average sizes solution some sorted sorted_sequence sorter source
    spacing sparse sparse_grad split_size split_size_or_sections split_sizes src stable start
    start_dim step steps storage_offset stride swap t target target_lengths targets tau tensor
    tensor1 tensor2 tensor_indices_or_sections tensors test_element test_elements threshold tol
    training transpose unbiased unitriangular unpack_data unpack_pivots upper upscale_factor
    use_input_stats value values var vec vec1 vec2 weight weights win_length window
    with_replacement x x1 x2 y zero_infinity
    """
)
"""The arguments that a call may give by name."""

OPTIONS: frozenset[str] = _names(
    "argnums atol check_backward_ad check_batched_forward_grad check_batched_grad check_forward_ad "
    "check_grad_dtypes check_undefined_grad chunk_size create_graph eps fast_mode "
    "gen_non_contig_grad_outputs has_aux masked nondet_tol outer_jacobian_strategy raise_exception "
    "randomness rtol strategy strict vectorize"
)
"""The arguments that a functional call may give by name."""


def may_call(form: str, name: str) -> bool:
    """Whether a program may call the name in this form; operators have a table of their own."""
    if form == "attribute":
        return name in ATTRIBUTES
    return name in CALLS or ("." not in name and name.endswith("_") and name[:-1] in CALLS)
