package multimodal.bench.restart;

/** What a call that ended with {@code OK} has delivered. */
enum Outcome {
    /** Its result, once. */
    DELIVERED,
    /** No result, or not all of it. */
    LOST,
    /** Something twice. */
    DOUBLED;

    /** The outcome of a call that delivered {@code count} results where one is due. */
    static Outcome ofResults(long count) {
        if (count == 1) {
            return DELIVERED;
        }
        return count == 0 ? LOST : DOUBLED;
    }
}
