package multimodal.clip.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import multimodal.inference.decoding.KeyValueCache;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.GraphSpec;
import multimodal.inference.repository.ModelId;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Parameters;
import multimodal.inference.repository.Preprocessing;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.repository.TokenizerSpec;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/** Networks small enough to be written by hand; each row's output is a function of that row alone. */
public final class TinyModels {

    /** Ids of a text at the most. */
    public static final int MAX_LENGTH = 32;

    /** What the tiny story teller says when nothing else was asked. */
    public static final String STORY = " 猫 sat.";

    /** What the tiny captioner says. */
    public static final String CAPTION = " a grey square";

    /** What the tiny answerer says. */
    public static final String ANSWER = " grey";

    /** What it says to questions with "who" in them. */
    public static final String UNKNOWN = " unknown";

    /** How sure the tiny matcher is of texts without "no" in them. */
    public static final double MATCH = 0.75;

    private static final int DIMENSION = 8;
    private static final int SIDE = 4;
    private static final int PATCHES = 2;

    private TinyModels() {}

    /** A CLIP model; a text is where its ids are, a picture where its mean value is. */
    public static FakeModel clip() {
        Map<String, Object> parameters = Map.of(
                "logit_scale",
                20.0,
                "projection_dim",
                DIMENSION,
                "templates",
                Map.of("en", List.of("a {}", "the {}"), "zh", List.of("一张{}")));
        List<ArtifactSpec> artifacts = List.of(
                artifact("text", ids(), List.of(floats("text_embeds", Shape.ANY, DIMENSION))),
                artifact("vision", pixels(), List.of(floats("image_embeds", Shape.ANY, DIMENSION))));
        return new FakeModel(manifest("tiny-clip", "clip", artifacts, parameters))
                .with("text", inputs -> Map.of("text_embeds", perRow(inputs.get("input_ids"), TinyModels::textPoint)))
                .with(
                        "vision",
                        inputs -> Map.of("image_embeds", perRow(inputs.get("pixel_values"), TinyModels::picturePoint)));
    }

    /** A captioner that says {@link #CAPTION}, and the same in capitals in Chinese. */
    public static FakeModel caption() {
        Map<String, Object> parameters =
                Map.of("languages", Map.of("en", List.of(1, 3), "zh", List.of(1, 4)), "max_tokens", 24);
        List<ArtifactSpec> artifacts = List.of(
                artifact("vision", pixels(), List.of(floats("image_embeds", Shape.ANY, PATCHES, DIMENSION))),
                decoder());
        return new FakeModel(manifest("tiny-caption", "caption", artifacts, parameters))
                .with("vision", inputs -> Map.of("image_embeds", patches(inputs.get("pixel_values"))))
                .with(
                        "decoder",
                        inputs -> decoded(inputs, sequence -> {
                            String text = sequence.get(1) == 4 ? CAPTION.toUpperCase(Locale.ROOT) : CAPTION;
                            return next(ByteTokenizer.idsOf(text), sequence.size() - 2);
                        }));
    }

    /** An answerer that says {@link #ANSWER}, or {@link #UNKNOWN}. */
    public static FakeModel questions() {
        Map<String, Object> parameters = Map.of(
                "languages",
                Map.of("en", List.of(1)),
                "max_tokens",
                12,
                "temperature",
                2.0,
                "unknown",
                Map.of("en", UNKNOWN.strip()));
        List<ArtifactSpec> artifacts = List.of(
                artifact("vision", pixels(), List.of(floats("image_embeds", Shape.ANY, PATCHES, DIMENSION))),
                artifact("question", ids(), List.of(floats("question_embeds", Shape.ANY, Shape.ANY, 1))),
                decoder());
        return new FakeModel(manifest("tiny-vqa", "visual-question-answering", artifacts, parameters))
                .with("vision", inputs -> Map.of("image_embeds", patches(inputs.get("pixel_values"))))
                .with("question", inputs -> Map.of("question_embeds", idsAsStates(inputs.get("input_ids"))))
                .with(
                        "decoder",
                        inputs -> decoded(inputs, sequence -> {
                            boolean isKnown = !asked(inputs).contains("who");
                            return next(ByteTokenizer.idsOf(isKnown ? ANSWER : UNKNOWN), sequence.size() - 1);
                        }));
    }

    /**
     * A matcher whose picture has two patches, one above the other. The state of a token is its id, each looks at the upper
     * patch if its id is even, else at the lower one, and the text fits with {@link #MATCH} unless "no" is in it.
     */
    public static FakeModel matching() {
        List<TensorSpec> fused = List.of(
                floats("fused_states", Shape.ANY, Shape.ANY, 1),
                floats("attention_weights", Shape.ANY, Shape.ANY, PATCHES),
                floats("match_logit", Shape.ANY));
        List<ArtifactSpec> artifacts = List.of(
                artifact("text", ids(), List.of(floats("text_embeds", Shape.ANY, Shape.ANY, 1))),
                artifact("vision", pixels(), List.of(floats("image_embeds", Shape.ANY, PATCHES, DIMENSION))),
                artifact("fusion", ids(), fused));
        Map<String, Object> parameters = Map.of("patch_grid", Map.of("height", PATCHES, "width", 1));
        return new FakeModel(manifest("tiny-fusion", "image-text-matching", artifacts, parameters))
                .with("text", inputs -> Map.of("text_embeds", idsAsStates(inputs.get("input_ids"))))
                .with("vision", inputs -> Map.of("image_embeds", patches(inputs.get("pixel_values"))))
                .with("fusion", inputs -> fused(inputs.get("text_embeds"), inputs.get("attention_mask")));
    }

    private static Map<String, Tensor> fused(Tensor states, Tensor mask) {
        int length = states.shape().dimension(1);
        float[] attention = new float[length * PATCHES];
        List<Long> ids = new ArrayList<>();
        for (int token = 0; token < length; token++) {
            long id = (long) states.floats()[token];
            attention[token * PATCHES + (int) (id % PATCHES)] = 1;
            if (mask.longs()[token] == 1) {
                ids.add(id);
            }
        }
        boolean fits = !new ByteTokenizer().decode(ids).contains("no");
        float logit = (float) Math.log(MATCH / (1 - MATCH));
        return Map.of(
                "fused_states",
                states,
                "attention_weights",
                Tensor.of(attention, 1, length, PATCHES),
                "match_logit",
                Tensor.of(new float[] {fits ? logit : -logit}, 1));
    }

    private static Tensor idsAsStates(Tensor ids) {
        return Tensor.of(floats(ids.longs()), ids.rows(), ids.shape().dimension(1), 1);
    }

    /** The question that the decoder of an answer looks at. */
    private static String asked(Map<String, Tensor> inputs) {
        List<Long> ids = new ArrayList<>();
        for (float id : inputs.get("encoder_hidden_states").floats()) {
            ids.add((long) id);
        }
        return new ByteTokenizer().decode(ids);
    }

    /** A story teller that says {@link #STORY} after any prompt, as far as a prompt has no "." in it. */
    public static FakeModel text() {
        return new FakeModel(
                        manifest("tiny-text", "text-generation", List.of(decoder()), Map.of("max_tokens", MAX_LENGTH)))
                .with("decoder", inputs -> decoded(inputs, TinyModels::storyLogits));
    }

    private static float[] storyLogits(List<Long> sequence) {
        List<Long> story = ByteTokenizer.idsOf(STORY);
        for (int told = Math.min(story.size(), sequence.size()); told > 0; told--) {
            if (sequence.subList(sequence.size() - told, sequence.size()).equals(story.subList(0, told))) {
                return next(story, told);
            }
        }
        return next(story, 0);
    }

    /** Scores that favour what comes at {@code place} of {@code ids}, or else eos. */
    private static float[] next(List<Long> ids, int place) {
        float[] logits = new float[ByteTokenizer.VOCABULARY];
        Arrays.fill(logits, -4);
        logits[(int) ByteTokenizer.FIRST_BYTE + 'x'] = 0;
        logits[(int) (place < ids.size() ? ids.get(place) : ByteTokenizer.EOS)] = 4;
        return logits;
    }

    private static ModelManifest manifest(
            String name, String task, List<ArtifactSpec> artifacts, Map<String, Object> parameters) {
        return new ModelManifest(
                new ModelId(name, "1"),
                Path.of("nowhere"),
                task,
                "written by hand",
                "Apache-2.0",
                artifacts.stream().collect(Collectors.toMap(ArtifactSpec::name, artifact -> artifact)),
                Optional.of(new TokenizerSpec(
                        "tokenizer.json", MAX_LENGTH, ByteTokenizer.PAD, ByteTokenizer.BOS, ByteTokenizer.EOS)),
                Optional.of(new Preprocessing(
                        SIDE, Preprocessing.Fit.COVER, List.of(0.5f, 0.5f, 0.5f), List.of(0.5f, 0.5f, 0.5f))),
                new Parameters(parameters),
                Map.of());
    }

    private static ArtifactSpec artifact(String name, List<TensorSpec> inputs, List<TensorSpec> outputs) {
        return new ArtifactSpec(name, Map.of("onnxruntime", GraphSpec.of(name + ".onnx")), inputs, outputs, 4);
    }

    /** A decoder that keeps of each id, as its key and as its value, the id itself. */
    private static ArtifactSpec decoder() {
        List<TensorSpec> inputs = new ArrayList<>(ids());
        inputs.add(new TensorSpec("past_length", DType.INT64, Shape.of(Shape.ANY)));
        inputs.add(floats(KeyValueCache.PAST, Shape.ANY, 2, 1, Shape.ANY, 1));
        return artifact(
                "decoder",
                inputs,
                List.of(
                        floats("logits", Shape.ANY, ByteTokenizer.VOCABULARY),
                        floats(KeyValueCache.ADDED, Shape.ANY, 2, 1, Shape.ANY, 1)));
    }

    private static List<TensorSpec> ids() {
        return Stream.of("input_ids", "attention_mask")
                .map(name -> new TensorSpec(name, DType.INT64, Shape.of(Shape.ANY, Shape.ANY)))
                .toList();
    }

    private static List<TensorSpec> pixels() {
        return List.of(floats("pixel_values", Shape.ANY, 3, SIDE, SIDE));
    }

    private static TensorSpec floats(String name, int... shape) {
        return new TensorSpec(name, DType.FLOAT32, Shape.of(shape));
    }

    private interface Point {
        float[] of(Tensor row);
    }

    private static Tensor perRow(Tensor input, Point point) {
        return Tensor.concatenateRows(IntStream.range(0, input.rows())
                .mapToObj(row -> Tensor.of(point.of(input.row(row)), 1, DIMENSION))
                .toList());
    }

    private static float[] textPoint(Tensor ids) {
        return direction(Arrays.hashCode(ids.longs()));
    }

    private static float[] picturePoint(Tensor pixels) {
        double sum = 0;
        for (float value : pixels.floats()) {
            sum += value;
        }
        return direction((int) Math.round(sum));
    }

    private static float[] direction(int seed) {
        Random random = new Random(seed);
        float[] values = new float[DIMENSION];
        double squares = 0;
        for (int k = 0; k < DIMENSION; k++) {
            values[k] = (float) random.nextGaussian();
            squares += values[k] * values[k];
        }
        for (int k = 0; k < DIMENSION; k++) {
            values[k] /= (float) Math.sqrt(squares);
        }
        return values;
    }

    private static Tensor patches(Tensor pixels) {
        return Tensor.of(new float[pixels.rows() * PATCHES * DIMENSION], pixels.rows(), PATCHES, DIMENSION);
    }

    private interface Scores {
        float[] after(List<Long> sequence);
    }

    private static Map<String, Tensor> decoded(Map<String, Tensor> inputs, Scores scores) {
        Tensor ids = inputs.get("input_ids");
        List<Tensor> logits = new ArrayList<>();
        List<Tensor> added = new ArrayList<>();
        for (int row = 0; row < ids.rows(); row++) {
            float[] newIds = floats(ids.row(row).longs());
            added.add(Tensor.of(joined(newIds, newIds), 1, 2, 1, newIds.length, 1));
            logits.add(Tensor.of(scores.after(sequence(inputs, row)), 1, ByteTokenizer.VOCABULARY));
        }
        return Map.of("logits", Tensor.concatenateRows(logits), KeyValueCache.ADDED, Tensor.concatenateRows(added));
    }

    /** The ids that a row has kept, and the new ones after them. */
    private static List<Long> sequence(Map<String, Tensor> inputs, int row) {
        List<Long> sequence = new ArrayList<>();
        int kept = (int) inputs.get("past_length").longs()[row];
        float[] past = inputs.get(KeyValueCache.PAST).row(row).floats();
        for (int place = 0; place < kept; place++) {
            sequence.add((long) past[place]);
        }
        long fresh =
                Arrays.stream(inputs.get("attention_mask").row(row).longs()).sum();
        Arrays.stream(inputs.get("input_ids").row(row).longs()).limit(fresh).forEach(sequence::add);
        return sequence;
    }

    private static float[] floats(long[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = values[i];
        }
        return floats;
    }

    private static float[] joined(float[] first, float[] second) {
        float[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
