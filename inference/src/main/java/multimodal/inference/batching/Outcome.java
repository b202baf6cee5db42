package multimodal.inference.batching;

import java.util.Map;
import multimodal.inference.tensor.Tensor;

/**
 * What an engine call made of one entry.
 *
 * @param outputs the entry's rows of every output
 * @param takenNanos when the batch was formed
 * @param engineNanos how long the call took
 * @param engineShareNanos how much of the engine's time went to the entry's rows; calls at once and rows of a call share it
 * @param call the same object for all entries of one call, so that shared time is counted once
 */
record Outcome(Map<String, Tensor> outputs, long takenNanos, long engineNanos, long engineShareNanos, Object call) {}
