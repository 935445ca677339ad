// What TensorFlow.js has of torch's ops: by torch's name, the parameters and how it is computed.
'use strict';
const tf = require('@tensorflow/tfjs');

const axes = (dim) => (Array.isArray(dim) && dim.length === 0 ? null : dim ?? null);
const over = (reduce) => ['input dim keepdim', (x, dim, keep) => reduce(x, axes(dim), keep)];
const swapped = (x, a, b) => { const d = [...x.shape.keys()]; const [i, j] = [d.at(a), d.at(b)]; d[i] = j; d[j] = i; return tf.transpose(x, d); };
const last = (compute) => ['input dim', (x, dim) => (x.rank < 2 ? compute(x) : swapped(compute(swapped(x, dim, -1)), dim, -1))];
const scaled = (compute) => ['input other alpha', (x, y, alpha) => compute(x, alpha == null ? y : tf.mul(y, alpha))];

const OPS = {
  add: scaled(tf.add), sub: scaled(tf.sub), where: ['condition input other', tf.where],
  sum: over(tf.sum), mean: over(tf.mean), prod: over(tf.prod), amax: over(tf.max), amin: over(tf.min),
  all: over(tf.all), any: over(tf.any), logsumexp: over(tf.logSumExp), cumsum: ['input dim', tf.cumsum], cumprod: ['input dim', tf.cumprod],
  softmax: last(tf.softmax), log_softmax: last(tf.logSoftmax),
  clamp: ['input min max', (x, low, high) => tf.clipByValue(x, low ?? -Infinity, high ?? Infinity)],
  matmul: ['input other', tf.dot], mm: ['input mat2', tf.matMul], bmm: ['input mat2', tf.matMul], mv: ['input vec', tf.dot],
  dot: ['input tensor', tf.dot], outer: ['input vec2', tf.outerProduct],
  reshape: ['input shape', tf.reshape], permute: ['input dims', tf.transpose], transpose: ['input dim0 dim1', swapped],
  squeeze: ['input dim', (x, dim) => tf.squeeze(x, dim == null ? undefined : [dim].flat().filter((each) => x.shape.at(each) === 1))],
  unsqueeze: ['input dim', (x, dim) => tf.expandDims(x, dim < 0 ? dim + x.rank + 1 : dim)],
  broadcast_to: ['input size', tf.broadcastTo], flip: ['input dims', tf.reverse], tile: ['input dims', tf.tile],
  cat: ['tensors dim', (xs, dim) => tf.concat(xs, dim ?? 0)], stack: ['tensors dim', (xs, dim) => tf.stack(xs, dim ?? 0)],
  'nn.functional.leaky_relu': ['input negative_slope', (x, slope) => tf.leakyRelu(x, slope ?? 0.01)],
};
const UNARY = 'neg abs sign exp expm1 log log1p sqrt rsqrt square reciprocal sin cos tan tanh sigmoid erf acos acosh asin '
  + 'asinh atan atanh ceil floor round cosh sinh isnan:isNaN isinf:isInf isfinite:isFinite logical_not:logicalNot nn.functional.relu:relu '
  + 'nn.functional.relu6:relu6 nn.functional.elu:elu nn.functional.selu:selu nn.functional.softplus:softplus nn.functional.logsigmoid:logSigmoid';
const BINARY = 'mul div floor_divide:floorDiv remainder:mod pow maximum minimum atan2 eq:equal ne:notEqual lt:less le:lessEqual '
  + 'gt:greater ge:greaterEqual logical_and:logicalAnd logical_or:logicalOr logical_xor:logicalXor';
for (const [words, params] of [[UNARY, 'input'], [BINARY, 'input other']]) {
  for (const word of words.split(' ')) {
    const [name, theirs] = word.split(':');
    OPS[name] = [params, tf[theirs || name]];
  }
}

const ALIASES = {
  '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '//': 'floor_divide', '%': 'remainder', '**': 'pow', '@': 'matmul', '-x': 'neg',
  '==': 'eq', '!=': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge', relu: 'nn.functional.relu', expand: 'broadcast_to',
};
for (const name of Object.keys(OPS)) if (/^a(cos|sin|tan)/.test(name)) ALIASES[`arc${name.slice(1)}`] = name;

module.exports = { OPS, ALIASES };
