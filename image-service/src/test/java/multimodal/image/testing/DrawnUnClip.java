package multimodal.image.testing;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
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
    private static final Map<String, Object> PRIOR = Map.of(
            "num_train_timesteps",
            1000,
            "prediction_type",
            "sample",
            "variance_type",
            "fixed_small_log",
            "steps",
            PRIOR_STEPS,
            "guidance_scale",
            1.0);

    private final String base;
    private final IntConsumer beforeStep;
    private final Set<Part> parts;
    private final List<Tensor> projected = new CopyOnWriteArrayList<>();

    /** What not every unCLIP model has. */
    public enum Part {
        /** A prior. */
        PRIOR,
        /** An image encoder. */
        SIGHT,
        /** Noise, which is added to each embedding before it becomes a pooled state; the prompt is read beside it. */
        NOISE
    }

    /** @param base name of the model that it says it was trained for */
    public DrawnUnClip(String base) {
        this(base, step -> {});
    }

    /** @param beforeStep run before each step of the prior, which it is told, counted from 1 over all requests */
    public DrawnUnClip(String base, IntConsumer beforeStep) {
        this(base, beforeStep, EnumSet.of(Part.PRIOR, Part.SIGHT));
    }

    /** @param parts that it has */
    public DrawnUnClip(String base, IntConsumer beforeStep, Set<Part> parts) {
        super(ID);
        this.base = base;
        this.beforeStep = beforeStep;
        this.parts = parts;
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
        List<TensorSpec> projected = Stream.of("image_embeds", "noise")
                .limit(parts.contains(Part.NOISE) ? 2 : 1)
                .map(name -> new TensorSpec(name, DType.FLOAT32, Shape.of(-1, COORDINATES)))
                .toList();
        Map<String, ArtifactSpec> artifacts = new HashMap<>();
        artifacts.put("image_projection", artifact("image_projection", projected));
        if (parts.contains(Part.SIGHT)) {
            artifacts.put("image_encoder", artifact("image_encoder", List.of()));
        }
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("base", base);
        parameters.put("keeps_prompt", parts.contains(Part.NOISE));
        if (parts.contains(Part.PRIOR)) {
            parameters.put("prior", PRIOR);
        }
        return new ModelManifest(
                ID,
                Path.of("drawn-unclip", "2"),
                UnClipModel.TASK,
                "arithmetic",
                "none",
                artifacts,
                Optional.empty(),
                Optional.of(new Preprocessing(
                        SIDE, Preprocessing.Fit.COVER, List.of(0.5f, 0.5f, 0.5f), List.of(0.5f, 0.5f, 0.5f))),
                new Parameters(parameters),
                Map.of());
    }

    private static ArtifactSpec artifact(String name, List<TensorSpec> inputs) {
        return new ArtifactSpec(name, Map.of(), inputs, List.of(), 16);
    }

    @Override
    public Map<String, Tensor> run(Permit permit, String artifact, Map<String, Tensor> inputs) {
        permit.context().checkLive();
        return switch (artifact) {
            case "image_encoder" -> Map.of("image_embeds", corner(inputs.get("pixel_values")));
            case "prior_embedding" -> Map.of("image_embeds", inputs.get("sample"));
            case "image_projection" -> {
                Tensor embeddings = parts.contains(Part.NOISE)
                        ? sum(inputs.get("image_embeds"), inputs.get("noise"))
                        : inputs.get("image_embeds");
                projected.add(embeddings);
                yield Map.of("text_embeds", sums(embeddings));
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

    private static Tensor sum(Tensor one, Tensor other) {
        float[] values = one.floats().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] += other.floats()[i];
        }
        return Tensor.of(one.shape(), values);
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
