// TensorFlow.js, asked by lines of JSON: conformance run --engine "exec:node engines/tfjs/main.js"
// A program's calls are computed at once, and once more as a function of what is differentiated by.
'use strict';
console.log = console.info = console.warn = console.error; // the standard output is the answers'
const tf = require('@tensorflow/tfjs');
const { OPS, ALIASES } = require('./ops.js');
const names = new Map(); // name → {value, make, parents, grad}, or {lost} where there is none

const lack = (what) => { throw { unsupported: what }; };
const list = (data) => (data && data.tuple) || (Array.isArray(data) ? data : data ? [data] : []);
const refs = (data) => (data === null || typeof data !== 'object' ? []
  : typeof data.ref === 'string' ? [data.ref] : Object.values(data).flatMap(refs));
const sum = (tensors) => tensors.reduce((left, right) => tf.add(left, right));

function known(name) { // what a name stands for
  const found = names.get(name) || names.get(name.split('[')[0]) || lack(`the value ${name}`);
  if (found.lost) throw found.lost;
  return found;
}

function value(name, given) { // the tensor, as a function of those that are given
  if (given.has(name)) return given.get(name);
  const node = known(name);
  if (!node.make || given.size === 0) return node.value;
  given.set(name, node.make(given));
  return given.get(name);
}

function decode(data, given) { // an argument of a call
  if (Array.isArray(data)) return data.map((item) => decode(item, given));
  if (data === null || typeof data !== 'object') return data;
  if ('ref' in data) return value(data.ref, given);
  if ('tuple' in data) return decode(data.tuple, given);
  if ('float' in data) return { nan: NaN, inf: Infinity, '-inf': -Infinity }[data.float];
  return lack(`an argument ${Object.keys(data)[0]}`);
}

function bind(name, make, parents) { // name what is made; gradients go through floats alone
  const made = make(new Map());
  names.set(name, { value: made, make, parents: made.dtype === 'float32' ? parents : [], grad: null });
}

const reaches = (root, name) => root === name || known(root).parents.some((each) => reaches(each, name));

function gradients(roots, inputs, seeds, leaves) { // by each input a function that computes it
  for (const [at, root] of roots.entries()) {
    if (!leaves.some((leaf) => reaches(root, leaf))) throw Error('does not require grad');
    if (!seeds[at] && known(root).value.size !== 1) throw Error('only for scalar outputs');
  }
  return inputs.map((input) => {
    const from = roots.map((root, at) => [root, seeds[at]]).filter(([root]) => reaches(root, input));
    return from.length === 0 ? null : (given) => sum(from.map(([root, seed]) => {
      const dy = seed ? value(seed.ref, given) : tf.onesLike(known(root).value);
      const leaves = [...given].filter(([name]) => !known(name).make); // the rest depends on them
      return tf.grad((x) => value(root, new Map([...leaves, [input, x]])).clone())(value(input, given), dy);
    }));
  });
}

const STEPS = {
  call({ op, args, kwargs = {}, result }) {
    const [params, compute] = OPS[ALIASES[op] || op] || lack(op);
    const all = { ...args, ...kwargs }, order = params.split(' ');
    const place = (key) => (order[key] ? +key : order.indexOf(key));
    for (const key in all) if (place(key) < 0 || !order[place(key)]) lack(`${op}(${isNaN(key) ? key + '=' : 'argument ' + key})`);
    const make = (given) => compute(...Object.entries(all).reduce(
      (into, [key, each]) => { into[place(key)] = decode(each, given); return into; }, []));
    if (result) bind(result, make, refs(all));
    else make(new Map());
  },
  backward({ root, gradient, inputs }, leaves) {
    const roots = refs(root), by = inputs ? refs(inputs) : leaves.filter((leaf) => roots.some((each) => reaches(each, leaf)));
    const found = gradients(roots, by, list(gradient), leaves).map((make) => make && make(new Map()));
    by.forEach((name, at) => {
      if (found[at]) known(name).grad = known(name).grad ? tf.add(known(name).grad, found[at]) : found[at];
    });
  },
  grad({ outputs, inputs, grad_outputs: seeds, create_graph: again, allow_unused: unused, result }, leaves) {
    const found = gradients(refs(outputs), refs(inputs), list(seeds), leaves);
    if (!unused && found.includes(null)) throw Error('an input was not used in the graph');
    const parents = again ? refs([outputs, inputs, seeds || null]) : [];
    found.forEach((make, at) => make && bind(`${result}[${at}]`, make, parents));
    return { returned: { tuple: found.map((make, at) => make && { ref: `${result}[${at}]` }) } };
  },
  detach({ tensor, result }) { names.set(result, { value: known(tensor.ref).value, parents: [], grad: null }); },
  clear_grad({ tensor }) { known(tensor.ref).grad = null; },
};

function input({ name, dtype, shape, bytes, strides, offset = 0 }) { // the values that its strides pick
  const Kind = { float32: Float32Array, bool: Uint8Array }[dtype] || lack(`${dtype}: there is no such dtype`);
  const storage = new Kind(Uint8Array.from(Buffer.from(bytes, 'base64')).buffer);
  const inner = (dim) => shape.slice(dim + 1).reduce((size, each) => size * each, 1);
  const by = strides || shape.map((_, dim) => inner(dim));
  const values = new Kind(inner(-1)).map((_, at) => storage[
    shape.reduce((place, size, dim) => place + (Math.floor(at / inner(dim)) % size) * by[dim], offset)]);
  names.set(name, { value: tf.tensor(values, shape, dtype), parents: [], grad: null });
}

function state(tensor, grad) { // what is said of a tensor: the rest cannot be seen
  const data = tensor.dataSync(), { shape, dtype } = tensor;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
  return { shape, dtype, bytes, ...(grad === undefined ? {} : { grad: grad && state(grad) }) };
}

function run({ inputs, steps }) {
  const missing = {}, tensors = {}, leaves = inputs.filter((each) => each.requires_grad).map((each) => each.name);
  names.clear();
  for (const entry of inputs) {
    try { input(entry); } catch (lost) {
      missing[entry.name] = lost.unsupported || lost.message;
      names.set(entry.name, { lost: { unsupported: missing[entry.name] } });
    }
  }
  const outcomes = steps.map((step) => {
    try { return (STEPS[step.kind] || (() => lack(step.kind)))(step, leaves) || { done: true }; } catch (error) {
      const raised = { type: 'RuntimeError', message: `${error.message}` };
      const lost = error instanceof Error ? { raised } : error;
      if (step.result) names.set(step.result, { lost: lost.raised ? { not_run: step.result } : lost });
      return lost;
    }
  });
  for (const [name, node] of names) if (node.value) tensors[name] = state(node.value, node.grad);
  return { outcomes, tensors, missing };
}

const ANSWERS = {
  start: () => ({ protocol: 1, name: 'tfjs', version: tf.version.tfjs, ops: Object.keys(OPS) }),
  run: ({ program }) => ({ trace: tf.tidy(() => run(program)) }),
  stop: () => process.exit(0),
};

tf.setBackend('cpu');
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  let said = { seq: 0 };
  try {
    const message = JSON.parse(line);
    said = { seq: message.seq, ...(ANSWERS[message.cmd] || (() => { throw Error(`no command ${message.cmd}`); }))(message) };
  } catch (error) { said.error = `${error.stack || error}`; }
  process.stdout.write(`${JSON.stringify(said)}\n`);
});
