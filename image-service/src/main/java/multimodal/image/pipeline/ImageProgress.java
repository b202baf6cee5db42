package multimodal.image.pipeline;

import java.time.Duration;
import java.util.List;

/**
 * A denoising step is done.
 *
 * @param step steps that are done, from 1
 * @param stepCount all steps that are taken, those of a prior and of super-resolution among them
 * @param estimatedRemaining time that the others take if each takes as long as those before
 * @param previews what the pictures look like now, as PNG, in their order; empty when this step has no previews
 */
public record ImageProgress(int step, int stepCount, Duration estimatedRemaining, List<byte[]> previews) {}
