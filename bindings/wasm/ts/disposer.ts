// Objects that can be freed at the end of their block.

/** What can be freed at the end of its block (`using mapper = ...`), in environments that declare it. */
export type Disposer = typeof Symbol extends { readonly dispose: infer D extends symbol } ? { [name in D]: () => void } : object;

/** Lets the objects of a class be freed at the end of their block, where the environment can. @internal */
export function disposable({ prototype }: { prototype: { free(): void } }): void {
  const { dispose } = Symbol as { dispose?: symbol };
  if (dispose !== undefined) Object.defineProperty(prototype, dispose, { value: prototype.free });
}
