package multimodal.image.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.LatentDecoder;
import multimodal.image.steps.SuperResolution;
import multimodal.inference.admission.FirstOutput;
import multimodal.inference.admission.Permit;
import multimodal.inference.tensor.Tensor;

/** Tells how far the loops have come, with previews where they are due. */
final class Progress {

    private final DiffusionModel model;
    private final GenerateImageOptions options;
    private final Permit permit;
    private final Consumer<ImageProgress> sink;
    private final long startNanos = System.nanoTime();
    private int done;

    Progress(DiffusionModel model, GenerateImageOptions options, Permit permit, Consumer<ImageProgress> sink) {
        this.model = model;
        this.options = options;
        this.permit = permit;
        this.sink = sink;
    }

    /** A step of a prior or of super-resolution is done, which has no preview. */
    void report() {
        send(List.of());
    }

    /**
     * Step {@code step} of those that are taken, counted from 1 and without a prior's, is done by the UNet.
     *
     * @param original the latents that it foresees at the end, which a preview shows
     */
    void report(int step, Tensor original) {
        List<byte[]> previews = options.hasPreview(step) ? previews(original) : List.of();
        if (!previews.isEmpty()) {
            permit.firstOutput(FirstOutput.PREVIEW);
        }
        send(previews);
    }

    private void send(List<byte[]> previews) {
        done++;
        Duration spent = Duration.ofNanos(System.nanoTime() - startNanos);
        int enlarging = model.superResolution().map(SuperResolution::steps).orElse(0);
        int all = options.priorSteps() + options.stepsTaken() + enlarging;
        Duration remaining = spent.multipliedBy(all - done).dividedBy(done);
        sink.accept(new ImageProgress(done, all, remaining, previews));
    }

    private List<byte[]> previews(Tensor original) {
        Tensor images = LatentDecoder.decode(model, permit, original);
        return PngFiles.previews(permit, options.finished(LatentDecoder.pictures(images)));
    }
}
