package multimodal.image.steps;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.Phase;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.batching.StageTimings;
import multimodal.inference.diffusion.ClassifierFreeGuidance;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.tensor.Tensor;
import multimodal.media.Picture;
import multimodal.media.PixelValues;

/**
 * The controls of one request: what they add to the UNet at each step, several of them by their sum, as diffusers does. A
 * ControlNet that follows the steps has a place in its step batch, one that does not runs once. Not thread-safe.
 */
public final class ControlRows implements AutoCloseable {

    private static final String IMAGE = "controlnet_cond";
    private static final List<Float> UNCHANGED_MEAN = List.of(0f, 0f, 0f);
    private static final List<Float> UNCHANGED_STD = List.of(1f, 1f, 1f);

    private final int stepCount;
    private final boolean guessMode;
    private final boolean onlyPrompted;
    private final List<OpenControl> open = new ArrayList<>();

    private record OpenControl(Control control, Permit permit, Tensor image, Row row) {}

    /** Of a ControlNet that does not follow the steps: its one result in each of them. */
    private static final class ConstantRow implements Row {

        private final UnaryOperator<Map<String, Tensor>> run;
        private Map<String, Tensor> found;

        ConstantRow(UnaryOperator<Map<String, Tensor>> run) {
            this.run = run;
        }

        @Override
        public Map<String, Tensor> step(Phase phase, Map<String, Tensor> inputs) {
            if (found == null) {
                found = run.apply(inputs);
            }
            return found;
        }

        @Override
        public void close() {}
    }

    private ControlRows(int stepCount, boolean guessMode, boolean onlyPrompted) {
        this.stepCount = stepCount;
        this.guessMode = guessMode;
        this.onlyPrompted = onlyPrompted;
    }

    /**
     * Takes a permit and a place for each control that steers at all.
     *
     * @param imageCount pictures that are made at once
     * @param stepCount steps that are taken
     * @throws multimodal.inference.error.InferenceException as {@link multimodal.inference.lifecycle.ModelHandle#admit}
     */
    public static ControlRows open(
            Controls controls, ClassifierFreeGuidance guidance, int imageCount, int stepCount, RequestContext context) {
        boolean onlyPrompted = controls.guessMode() && guidance.isActive();
        int slots = onlyPrompted ? imageCount : guidance.slots(imageCount);
        ControlRows rows = new ControlRows(stepCount, controls.guessMode(), onlyPrompted);
        try {
            controls.list().forEach(control -> rows.add(control, slots, context));
        } catch (RuntimeException e) {
            rows.close();
            throw e;
        }
        return rows;
    }

    private void add(Control control, int slots, RequestContext context) {
        long steps = IntStream.range(0, stepCount)
                .filter(step -> control.steers(step, stepCount))
                .count();
        if (steps == 0) {
            return;
        }
        Picture image = control.image();
        ControlNet network = control.network();
        ModelHandle handle = network.handle();
        double usualArea = (double) network.usualSide() * network.usualSide();
        long calls = network.followsTheSteps() ? steps : 1;
        Cost cost = Cost.of(ControlNet.ARTIFACT, calls, slots, image.width() * image.height() / usualArea);
        Permit permit = handle.admit(context, cost);
        try {
            Row row = network.followsTheSteps()
                    ? handle.open(permit, ControlNet.ARTIFACT)
                    : new ConstantRow(inputs -> handle.run(permit, ControlNet.ARTIFACT, inputs));
            open.add(new OpenControl(control, permit, repeated(image, slots), row));
        } catch (RuntimeException e) {
            permit.close();
            throw e;
        }
    }

    private static Tensor repeated(Picture image, int slots) {
        float[] pixels = PixelValues.normalized(image, UNCHANGED_MEAN, UNCHANGED_STD);
        Tensor one = Tensor.of(pixels, 1, UNCHANGED_MEAN.size(), image.height(), image.width());
        return one.repeat(slots);
    }

    /**
     * What is added to the UNet in one step, by the names of its inputs; empty if nothing steers it.
     *
     * @param step of those that are taken, from 0
     * @param inputs the UNet's in this step
     */
    public Map<String, Tensor> residuals(int step, Map<String, Tensor> inputs) {
        Map<String, Tensor> sum = Map.of();
        for (OpenControl one : open) {
            if (one.control.steers(step, stepCount)) {
                Map<String, Tensor> scaled =
                        Residuals.scaled(one.row.step(inputs(one, inputs)), one.control.scale(), guessMode);
                sum = sum.isEmpty() ? scaled : Residuals.sum(sum, scaled);
            }
        }
        return onlyPrompted ? Residuals.afterZeros(sum) : sum;
    }

    private Map<String, Tensor> inputs(OpenControl one, Map<String, Tensor> unetInputs) {
        Map<String, Tensor> inputs = new HashMap<>();
        for (String name : one.control.network().inputs()) {
            Tensor tensor = name.equals(IMAGE) ? one.image : unetInputs.get(name);
            boolean isHalved = onlyPrompted && !name.equals(IMAGE);
            inputs.put(name, isHalved ? tensor.rows(tensor.rows() / 2, tensor.rows()) : tensor);
        }
        return inputs;
    }

    /** Where the time in ControlNets went so far. */
    public StageTimings timings() {
        return open.stream().map(one -> one.permit.timings()).reduce(StageTimings.ZERO, StageTimings::plus);
    }

    @Override
    public void close() {
        for (OpenControl one : open) {
            one.row.close();
            one.permit.close();
        }
    }
}
