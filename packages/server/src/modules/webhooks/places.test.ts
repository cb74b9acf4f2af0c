import { expect, test } from "vitest";
import { createPlaces } from "./places.ts";

const startMs = Date.UTC(2026, 0, 1);
const limits = { concurrency: 4, perEndpoint: 2 };

/** So many due messages of an endpoint. */
const due = (endpointId: bigint, count: number) =>
  Array.from({ length: count }, () => ({ endpointId }));

test("an endpoint gets its share, and all of them what there is", () => {
  const places = createPlaces(limits);
  const admitted = places.admit([...due(1n, 3), ...due(2n, 3), ...due(3n, 3)], startMs);
  expect(admitted).toEqual([...due(1n, 2), ...due(2n, 2)]);
});

test("a place that is given back can be taken again", () => {
  const places = createPlaces(limits);
  const giveBack = due(1n, 2).map(({ endpointId }) => places.take(endpointId, startMs));
  expect(places.admit(due(1n, 1), startMs)).toEqual([]);
  giveBack[0]?.(true);
  expect(places.admit(due(1n, 2), startMs)).toEqual(due(1n, 1));
});

test("who is slow or failing never keeps a place from those who are quick", () => {
  const places = createPlaces(limits);
  for (const slow of [1n, 2n]) for (let n = 0; n < 2; n += 1) places.take(slow, startMs);
  expect(places.admit(due(9n, 2), startMs)).toEqual([]);
  // A second later they count among the slow ones, who get no second message meanwhile.
  expect(places.admit([...due(1n, 1), ...due(9n, 2)], startMs + 1000)).toEqual(due(9n, 2));
});

test("who failed is sent one message at a time, until it takes one", () => {
  const places = createPlaces(limits);
  places.take(1n, startMs)(false);
  expect(places.admit(due(1n, 2), startMs)).toEqual(due(1n, 1));
  places.take(1n, startMs)(true);
  expect(places.admit(due(1n, 3), startMs)).toEqual(due(1n, 2));
});

test("a thousand dead endpoints have places of their own and no more", () => {
  const places = createPlaces(limits);
  const dead = Array.from({ length: 1000 }, (_, index) => ({ endpointId: BigInt(index + 1) }));
  for (const { endpointId } of dead) places.take(endpointId, startMs)(false);
  const admitted = places.admit([...dead, ...due(5000n, 2)], startMs);
  expect(admitted).toHaveLength(256 + 2);
  expect(admitted.slice(-2)).toEqual(due(5000n, 2));
});

test("who can be sent nothing more now is named, and whether others could be", () => {
  const places = createPlaces(limits);
  expect(places.closed(startMs)).toEqual([]);
  const giveBack = due(1n, 2).map(({ endpointId }) => places.take(endpointId, startMs));
  places.take(2n, startMs);
  expect(places.closed(startMs)).toEqual([1n]);
  expect(places.hasRoom(startMs)).toBe(true);
  places.take(3n, startMs);
  expect(places.hasRoom(startMs)).toBe(false);

  // A second later all of them are slow: nobody gets a second message, and there is room for others.
  expect(places.closed(startMs + 1000)).toEqual([1n, 2n, 3n]);
  expect(places.hasRoom(startMs + 1000)).toBe(true);
  for (const release of giveBack) release(true);
  expect(places.closed(startMs + 1000)).toEqual([2n, 3n]);
});
