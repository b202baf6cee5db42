package multimodal.image.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.FirstOutput;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.Phase;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.batching.StageTimings;
import multimodal.inference.decoding.Tokenizer;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelId;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Parameters;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.repository.TokenizerSpec;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * A text-to-image model of plain arithmetic: a word's id is its length, a text's state the sum of its ids, a prediction
 * the sample moved by state and timestep, a pixel its latent, a latent its upper left pixel. Records what it is asked. Thread-safe.
 */
public final class DrawnModel implements ModelHandle {

    public static final int MAX_LENGTH = 6;

    static final List<TensorSpec> RESIDUALS = List.of(
            new TensorSpec("down_residual_0", DType.FLOAT32, Shape.of(-1, 1, -1, -1), OptionalInt.of(8)),
            new TensorSpec("mid_residual", DType.FLOAT32, Shape.of(-1, 1, -1, -1), OptionalInt.of(16)));

    static final int CHANNELS = 3;

    private static final List<TensorSpec> SURROUNDINGS = List.of(
            new TensorSpec("mask", DType.FLOAT32, Shape.of(-1, 1, -1, -1), OptionalInt.of(8)),
            new TensorSpec("masked_image_latents", DType.FLOAT32, Shape.of(-1, CHANNELS, -1, -1)));

    private final boolean takesPooledText;
    private final boolean isVersatile;
    private final boolean hasEncoder;
    private final IntConsumer beforeStep;
    private final List<Map<String, Tensor>> steps = new CopyOnWriteArrayList<>();
    private final List<Integer> stepsAtPreviews = new CopyOnWriteArrayList<>();
    private final List<Long> costs = new CopyOnWriteArrayList<>();
    private final AtomicInteger openRows = new AtomicInteger();
    private final AtomicInteger openPermits = new AtomicInteger();
    private final AtomicInteger openUses = new AtomicInteger();

    public DrawnModel(boolean takesPooledText) {
        this(takesPooledText, step -> {});
    }

    /** One that cannot start from a picture. */
    public static DrawnModel withoutEncoder() {
        return new DrawnModel(false, false, false, step -> {});
    }

    /** @param beforeStep run before each step, which it is told, counted from 1 over all requests */
    public DrawnModel(boolean takesPooledText, IntConsumer beforeStep) {
        this(takesPooledText, true, false, beforeStep);
    }

    private DrawnModel(boolean takesPooledText, boolean hasEncoder, boolean isVersatile, IntConsumer beforeStep) {
        this.takesPooledText = takesPooledText;
        this.hasEncoder = hasEncoder;
        this.isVersatile = isVersatile;
        this.beforeStep = beforeStep;
    }

    /**
     * One whose UNet takes two residuals of one channel, as {@link DrawnControlNet} makes them, a mask and surroundings, and
     * reads none of them.
     */
    public static DrawnModel versatile() {
        return new DrawnModel(false, true, true, step -> {});
    }

    /** The inputs of every step, in order. */
    public List<Map<String, Tensor>> steps() {
        return steps;
    }

    /** Steps that were done when pipelines told of a preview. */
    public List<Integer> stepsAtPreviews() {
        return stepsAtPreviews;
    }

    /** The cost of every permit in units, in order. */
    public List<Long> costs() {
        return costs;
    }

    /** The model as a registry hands it out: in use until it is closed. */
    public ModelHandle use() {
        openUses.incrementAndGet();
        return this;
    }

    @Override
    public void close() {
        openUses.decrementAndGet();
    }

    /** Whether every row, permit and use was closed. */
    public boolean isIdle() {
        return openRows.get() == 0 && openPermits.get() == 0 && openUses.get() == 0;
    }

    @Override
    public ModelManifest manifest() {
        List<TensorSpec> inputs = new ArrayList<>(List.of(
                new TensorSpec("sample", DType.FLOAT32, Shape.of(-1, CHANNELS, -1, -1)),
                new TensorSpec("timestep", DType.INT64, Shape.of(-1)),
                new TensorSpec("encoder_hidden_states", DType.FLOAT32, Shape.of(-1, MAX_LENGTH, 1))));
        if (takesPooledText) {
            inputs.add(new TensorSpec("text_embeds", DType.FLOAT32, Shape.of(-1, 1)));
        }
        if (isVersatile) {
            inputs.addAll(SURROUNDINGS);
            inputs.addAll(RESIDUALS);
        }
        ArtifactSpec unet = new ArtifactSpec("unet", Map.of(), inputs, List.of(), 16);
        return new ModelManifest(
                new ModelId("drawn", "7"),
                Path.of("drawn", "7"),
                "text-to-image",
                "arithmetic",
                "none",
                hasEncoder ? Map.of("unet", unet, "vae_encoder", encoder()) : Map.of("unet", unet),
                Optional.of(new TokenizerSpec("none", MAX_LENGTH, 0, 1, 2)),
                Optional.empty(),
                parameters(),
                Map.of());
    }

    private static ArtifactSpec encoder() {
        TensorSpec image = new TensorSpec("image", DType.FLOAT32, Shape.of(-1, CHANNELS, -1, -1));
        return new ArtifactSpec("vae_encoder", Map.of(), List.of(image), List.of(), 16);
    }

    private static Parameters parameters() {
        return new Parameters(Map.ofEntries(
                Map.entry("prediction_type", "epsilon"),
                Map.entry("beta_schedule", "scaled_linear"),
                Map.entry("beta_start", 0.00085),
                Map.entry("beta_end", 0.012),
                Map.entry("num_train_timesteps", 1000),
                Map.entry("latent_channels", CHANNELS),
                Map.entry("downscale_factor", 8),
                Map.entry("timestep_spacing", "leading"),
                Map.entry("steps_offset", 1),
                Map.entry("set_alpha_to_one", false),
                Map.entry("rescale_betas_zero_snr", false),
                Map.entry("default_steps", 5),
                Map.entry("default_guidance_scale", 2.5),
                Map.entry("size", Map.of("min", 32, "max", 64, "multiple_of", 8, "default", 32))));
    }

    @Override
    public Tokenizer tokenizer() {
        return new WordLengths();
    }

    @Override
    public Permit admit(RequestContext context, Cost cost) {
        costs.add(cost.parts().stream()
                .mapToLong(part -> Math.round(part.calls() * part.rows() * part.unitsPerRow()))
                .sum());
        openPermits.incrementAndGet();
        return new CountedPermit(context);
    }

    @Override
    public Map<String, Tensor> run(Permit permit, String artifact, Map<String, Tensor> inputs) {
        permit.context().checkLive();
        return switch (artifact) {
            case "text_encoder" -> encode(inputs.get("input_ids"));
            case "vae_decoder" -> Map.of("image", enlarge(inputs.get("latents")));
            case "vae_encoder" -> Map.of("latents", reduce(inputs.get("image")));
            default -> throw new IllegalArgumentException(artifact);
        };
    }

    private static Map<String, Tensor> encode(Tensor ids) {
        float[] hidden = new float[ids.longs().length];
        float[] pooled = new float[ids.rows()];
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] = ids.longs()[i];
            pooled[i / MAX_LENGTH] += ids.longs()[i];
        }
        return Map.of(
                "last_hidden_state", Tensor.of(hidden, ids.rows(), MAX_LENGTH, 1),
                "pooler_output", Tensor.of(pooled, ids.rows(), 1));
    }

    private static Tensor enlarge(Tensor latents) {
        int height = latents.shape().dimension(2);
        int width = latents.shape().dimension(3);
        float[] image = new float[latents.floats().length * 64];
        for (int i = 0; i < image.length; i++) {
            int x = i % (8 * width);
            int y = i / (8 * width) % (8 * height);
            int plane = i / (64 * width * height);
            image[i] = latents.floats()[(plane * height + y / 8) * width + x / 8];
        }
        return Tensor.of(image, latents.rows(), CHANNELS, 8 * height, 8 * width);
    }

    private static Tensor reduce(Tensor image) {
        int height = image.shape().dimension(2) / 8;
        int width = image.shape().dimension(3) / 8;
        float[] latents = new float[image.floats().length / 64];
        for (int i = 0; i < latents.length; i++) {
            int plane = i / (width * height);
            int y = i / width % height;
            latents[i] = image.floats()[(plane * 8 * height + 8 * y) * 8 * width + 8 * (i % width)];
        }
        return Tensor.of(latents, image.rows(), CHANNELS, height, width);
    }

    @Override
    public Row open(Permit permit, String artifact) {
        openRows.incrementAndGet();
        return new ArithmeticRow(permit.context());
    }

    private final class ArithmeticRow implements Row {

        private final RequestContext context;

        ArithmeticRow(RequestContext context) {
            this.context = context;
        }

        @Override
        public Map<String, Tensor> step(Phase phase, Map<String, Tensor> inputs) {
            beforeStep.accept(steps.size() + 1);
            context.checkLive();
            steps.add(Map.copyOf(inputs));
            Tensor sample = inputs.get("sample");
            Tensor states = inputs.get("encoder_hidden_states");
            int stride = sample.floats().length / sample.rows();
            float[] prediction = new float[sample.floats().length];
            for (int i = 0; i < prediction.length; i++) {
                int row = i / stride;
                float state = states.floats()[row * MAX_LENGTH + 1];
                prediction[i] = 0.9f * sample.floats()[i]
                        + 0.01f * state
                        + 1e-4f * inputs.get("timestep").longs()[row];
            }
            return Map.of("prediction", Tensor.of(sample.shape(), prediction));
        }

        @Override
        public void close() {
            openRows.decrementAndGet();
        }
    }

    private final class CountedPermit implements Permit {

        private final RequestContext context;
        private StageTimings timings = StageTimings.ZERO;

        CountedPermit(RequestContext context) {
            this.context = context;
        }

        @Override
        public RequestContext context() {
            return context;
        }

        @Override
        public void addPostprocess(Duration duration) {
            timings = timings.plus(new StageTimings(Duration.ZERO, Duration.ZERO, Duration.ZERO, duration));
        }

        @Override
        public void firstOutput(FirstOutput kind) {
            stepsAtPreviews.add(steps.size());
        }

        @Override
        public StageTimings timings() {
            return timings;
        }

        @Override
        public void close() {
            openPermits.decrementAndGet();
        }
    }

    /** Each word is one token. */
    private static final class WordLengths implements Tokenizer {

        @Override
        public Encoding encode(String text) {
            List<Long> ids = new ArrayList<>(List.of(1L));
            List<Integer> starts = new ArrayList<>(List.of(-1));
            List<Integer> ends = new ArrayList<>(List.of(-1));
            int position = 0;
            for (String word : text.isEmpty() ? new String[0] : text.split(" ")) {
                ids.add(10L + word.length());
                starts.add(position);
                ends.add(position + word.length());
                position += word.length() + 1;
            }
            ids.add(2L);
            starts.add(-1);
            ends.add(-1);
            return new Encoding(ids, starts, ends);
        }

        @Override
        public String decode(List<Long> ids) {
            throw new UnsupportedOperationException("nothing here is decoded");
        }
    }
}
