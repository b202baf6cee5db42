package multimodal.image.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.LatentDecoder;
import multimodal.inference.admission.FirstOutput;
import multimodal.inference.admission.Permit;
import multimodal.inference.tensor.Tensor;

/** Tells how far the loop has come, with previews where they are due. */
final class Progress {

    private final DiffusionModel model;
    private final GenerateImageOptions options;
    private final Permit permit;
    private final Consumer<ImageProgress> sink;
    private final long startNanos = System.nanoTime();

    Progress(DiffusionModel model, GenerateImageOptions options, Permit permit, Consumer<ImageProgress> sink) {
        this.model = model;
        this.options = options;
        this.permit = permit;
        this.sink = sink;
    }

    /** Step {@code step} of a prior, counted from 1, is done: they are the first. */
    void reportPrior(int step) {
        send(step, List.of());
    }

    /**
     * Step {@code step} of those that are taken, counted from 1 and without a prior's, is done.
     *
     * @param original the latents that it foresees at the end, which a preview shows
     */
    void report(int step, Tensor original) {
        List<byte[]> previews = options.hasPreview(step) ? previews(original) : List.of();
        if (!previews.isEmpty()) {
            permit.firstOutput(FirstOutput.PREVIEW);
        }
        send(options.priorSteps() + step, previews);
    }

    private void send(int step, List<byte[]> previews) {
        Duration spent = Duration.ofNanos(System.nanoTime() - startNanos);
        int all = options.priorSteps() + options.stepsTaken();
        Duration remaining = spent.multipliedBy(all - step).dividedBy(step);
        sink.accept(new ImageProgress(step, all, remaining, previews));
    }

    private List<byte[]> previews(Tensor original) {
        return PngFiles.previews(permit, options.finished(LatentDecoder.decode(model, permit, original)));
    }
}
