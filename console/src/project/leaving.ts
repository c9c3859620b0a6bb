/** What is to be forgotten once somebody is no longer signed in: nothing of theirs is for whoever comes next. */

const forgotten: (() => void)[] = [];

/** Has `forget` called whenever the user of the page changes. */
export function whenUserLeaves(forget: () => void): void {
  forgotten.push(forget);
}

export function userLeaves(): void {
  for (const forget of forgotten) forget();
}
