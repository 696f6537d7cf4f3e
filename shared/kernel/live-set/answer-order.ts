/**
 * Tells which answers still say something new. Reads overlap, because nobody waits for ever for one, and an answer may come
 * late. What is read consistently after version n was heard is n or later; if it is not, the table was reset or restored,
 * and its lower versions hold from then on.
 */
export class AnswerOrder {
  #asked = 0
  #version = 0
  /** How many questions had been asked when this version was first heard: to those a lower one is merely an older answer. */
  #askedBeforeVersion = 0
  /** How many had been asked when a reset became known: they may have been answered from before it. */
  #askedBeforeReset = 0

  /** @returns the question's number, counted from 1 */
  ask(): number {
    this.#asked += 1
    return this.#asked
  }

  /** Takes note of an answer, and tells whether it may be used; if not, only another question can tell what holds. */
  hear(question: number, version: number): boolean {
    if (question <= this.#askedBeforeReset) return false
    if (version === this.#version) return true
    if (version < this.#version) {
      if (question <= this.#askedBeforeVersion) return false
      this.#askedBeforeReset = this.#asked
    }
    this.#version = version
    this.#askedBeforeVersion = this.#asked
    return true
  }
}
