package multimodal.inference.batching;

/**
 * What the steps of a loop weigh when calls are shared and work is counted, in units; 1 is a row of the size that calibration
 * runs.
 *
 * @param row each row of a step, above 0
 * @param prompt the step that reads a prompt, whatever its rows; above 0
 */
public record StepWeight(double row, double prompt) {

    /** Rows of the usual size, and a prompt as short as one. */
    public static final StepWeight USUAL = new StepWeight(1, 1);

    public StepWeight {
        if (!(row > 0 && prompt > 0)) {
            throw new IllegalArgumentException("weight: " + row + ", " + prompt + " (expected: above 0)");
        }
    }

    /** What {@code rows} of one call weigh. */
    public double of(Phase phase, int rows) {
        return phase == Phase.PREFILL ? prompt : rows * row;
    }
}
