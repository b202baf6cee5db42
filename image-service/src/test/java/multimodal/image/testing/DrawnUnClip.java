package multimodal.image.testing;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntConsumer;
import multimodal.image.steps.UnClipModel;
import multimodal.inference.admission.Permit;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelId;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Parameters;
import multimodal.inference.repository.Preprocessing;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * An unCLIP model of plain arithmetic for {@link DrawnModel}: a picture's embedding is its upper left pixel, the prior's
 * prediction the prompt's pooled state, a pooled state the sum of an embedding. Records what it is asked. Thread-safe.
 */
public final class DrawnUnClip extends DrawnCompanion {

    public static final int COORDINATES = 3;
    public static final int PRIOR_STEPS = 4;

    private static final ModelId ID = new ModelId("drawn-unclip", "2");
    private static final int SIDE = 8;

    private final String base;
    private final IntConsumer beforeStep;
    private final List<Tensor> projected = new CopyOnWriteArrayList<>();

    /** @param base name of the model that it says it was trained for */
    public DrawnUnClip(String base) {
        this(base, step -> {});
    }

    /** @param beforeStep run before each step of the prior, which it is told, counted from 1 over all requests */
    public DrawnUnClip(String base, IntConsumer beforeStep) {
        super(ID);
        this.base = base;
        this.beforeStep = beforeStep;
    }

    /** The model as a registry hands it out. */
    public UnClipModel use() {
        opened();
        return UnClipModel.of(this);
    }

    /** Every embedding that became a pooled state, in order. */
    public List<Tensor> projected() {
        return projected;
    }

    @Override
    public ModelManifest manifest() {
        TensorSpec embeddings = new TensorSpec("image_embeds", DType.FLOAT32, Shape.of(-1, COORDINATES));
        return new ModelManifest(
                ID,
                Path.of("drawn-unclip", "2"),
                UnClipModel.TASK,
                "arithmetic",
                "none",
                Map.of(
                        "image_projection",
                        new ArtifactSpec("image_projection", Map.of(), List.of(embeddings), List.of(), 16)),
                Optional.empty(),
                Optional.of(new Preprocessing(
                        SIDE, Preprocessing.Fit.COVER, List.of(0.5f, 0.5f, 0.5f), List.of(0.5f, 0.5f, 0.5f))),
                new Parameters(Map.of(
                        "base",
                        base,
                        "prior",
                        Map.of(
                                "num_train_timesteps",
                                1000,
                                "prediction_type",
                                "sample",
                                "variance_type",
                                "fixed_small_log",
                                "steps",
                                PRIOR_STEPS,
                                "guidance_scale",
                                1.0))),
                Map.of());
    }

    @Override
    public Map<String, Tensor> run(Permit permit, String artifact, Map<String, Tensor> inputs) {
        permit.context().checkLive();
        return switch (artifact) {
            case "image_encoder" -> Map.of("image_embeds", corner(inputs.get("pixel_values")));
            case "prior_embedding" -> Map.of("image_embeds", inputs.get("sample"));
            case "image_projection" -> {
                projected.add(inputs.get("image_embeds"));
                yield Map.of("text_embeds", sums(inputs.get("image_embeds")));
            }
            default -> throw new IllegalArgumentException(artifact);
        };
    }

    private static Tensor corner(Tensor pixels) {
        float[] corner = new float[COORDINATES];
        for (int channel = 0; channel < COORDINATES; channel++) {
            corner[channel] = pixels.floats()[channel * SIDE * SIDE];
        }
        return Tensor.of(corner, 1, COORDINATES);
    }

    private static Tensor sums(Tensor embeddings) {
        float[] sums = new float[embeddings.rows()];
        for (int i = 0; i < embeddings.floats().length; i++) {
            sums[i / COORDINATES] += embeddings.floats()[i];
        }
        return Tensor.of(sums, sums.length, 1);
    }

    @Override
    Map<String, Tensor> step(Permit permit, Map<String, Tensor> inputs) {
        beforeStep.accept(steps().size() + 1);
        permit.context().checkLive();
        record(inputs);
        float[] prediction = new float[inputs.get("sample").floats().length];
        for (int i = 0; i < prediction.length; i++) {
            prediction[i] = inputs.get("text_embeds").floats()[i / COORDINATES];
        }
        return Map.of("prediction", Tensor.of(inputs.get("sample").shape(), prediction));
    }
}
