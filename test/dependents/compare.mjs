// Where two JSON documents part.

import { isDeepStrictEqual } from 'node:util';

const SHOWN_CHARACTERS = 60;

function show(value) {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

const isObject = (value) => typeof value === 'object' && value !== null;

/** Documents of one shape, which have their difference further inside. */
function areAlike(original, ours) {
  if (!isObject(original) || !isObject(ours)) return false;
  if (Array.isArray(original) !== Array.isArray(ours)) return false;
  return 'threw' in original === 'threw' in ours;
}

/** The path to the first difference and both values there. */
export function firstDifference(original, ours, path = '') {
  if (areAlike(original, ours)) {
    const keys = new Set([...Object.keys(original), ...Object.keys(ours)]);
    for (const key of keys) {
      if (isDeepStrictEqual(original[key], ours[key])) continue;
      return firstDifference(original[key], ours[key], path === '' ? key : `${path} / ${key}`);
    }
  }
  return `${path}: ${show(original)} became ${show(ours)}`;
}

/** How many scenarios there are, how many differ, and the first difference. */
export function compareScenarios(original, ours) {
  const names = Object.keys(original);
  const different = names.filter((name) => !isDeepStrictEqual(original[name], ours[name]));
  const first = different.length > 0 ? firstDifference(original, ours) : '';
  return { total: names.length, different: different.length, first };
}

/** A scenario that ended in an error, which would compare nothing; '' if there is none. */
export function thrownIn(results) {
  const name = Object.keys(results).find((key) => isObject(results[key]) && results[key].threw);
  return name === undefined ? '' : `${name}: ${results[name].threw}: ${results[name].message}`;
}
