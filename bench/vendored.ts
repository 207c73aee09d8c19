// The traces that come with the repository, and what is known of them: traces/manifest.json.
//
// web12 is replayed twice: as it is, by product number, and as the paths those numbers stand for,
// since most servers have strings as keys. Its numbers are 0, 1, 2, ... as they first come, which
// no real keys are and which every hash likes best, so they are scrambled. That changes no hit.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Failure } from './failure.js';
import { ownPackage } from './packages.js';
import { type KnownHits, readUnpacked, type Trace, traceOfInts, traceOfStrings } from './trace.js';

interface Manifest {
  readonly traces: Readonly<Record<string, ManifestEntry>>;
}

interface ManifestEntry {
  readonly requests: number;
  readonly lruHitsByCapacity: KnownHits;
}

/** Odd, so that multiplying by it maps int32 one to one. */
const SCRAMBLE = 0x9e3779b1;

const PAGES = 'web12.i32le.gz';
const OBJECTS = 'orm-busy-1m.i32le.gz';

const directory = new URL('bench/traces/', ownPackage.root);

/** Reads a trace's int32 keys, and what the manifest says of them. */
async function load(file: string, limit: number): Promise<[Int32Array, ManifestEntry]> {
  const manifest = readFileSync(new URL('manifest.json', directory), 'utf8');
  const entry = (JSON.parse(manifest) as Manifest).traces[file];
  const bytes = await readUnpacked(fileURLToPath(new URL(file, directory)));
  if (entry?.requests !== bytes.length >>> 2) {
    throw new Failure(`traces/${file} is not the file that traces/manifest.json tells of`);
  }
  const ints = new Int32Array(Math.min(limit, entry.requests));
  for (let i = 0; i < ints.length; i++) ints[i] = bytes.readInt32LE(i * 4);
  return [ints, entry];
}

function withRecord(trace: Trace, entry: ManifestEntry): Trace {
  const knownHits = trace.requests === entry.requests ? entry.lruHitsByCapacity : {};
  return { ...trace, capacities: Object.keys(entry.lruHitsByCapacity).map(Number), knownHits };
}

async function readOrm(limit: number): Promise<Trace> {
  const [objects, entry] = await load(OBJECTS, limit);
  return withRecord(traceOfInts('orm-busy', objects), entry);
}

async function readWeb(limit: number): Promise<Trace> {
  const [pages, entry] = await load(PAGES, limit);
  const scrambled = pages.map((page) => Math.imul(page, SCRAMBLE));
  return withRecord(traceOfInts('web12', scrambled), entry);
}

async function readWebPaths(limit: number): Promise<Trace> {
  const [pages, entry] = await load(PAGES, limit);
  const paths = Array.from(pages, (page) => `/product/${page}`);
  return withRecord(traceOfStrings('web12 paths', paths), entry);
}

/** The vendored traces, cut to their first `limit` requests. Throws `Failure`. */
export async function readVendored(limit: number): Promise<Trace[]> {
  return [await readWeb(limit), await readWebPaths(limit), await readOrm(limit)];
}

/** Names of the traces with int32 keys, and how each is read. */
const intTraces: Readonly<Record<string, (limit: number) => Promise<Trace>>> = {
  web12: readWeb,
  'orm-busy': readOrm,
};

/** The whole of a vendored trace with int32 keys. Throws `Failure`. */
export async function readIntTrace(label: string): Promise<Trace> {
  const read = intTraces[label];
  if (read === undefined) throw new Failure(`no trace with int32 keys is called ${label}`);
  return read(Number.POSITIVE_INFINITY);
}
