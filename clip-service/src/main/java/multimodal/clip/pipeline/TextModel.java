package multimodal.clip.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import multimodal.clip.steps.CachedDecoder;
import multimodal.inference.batching.Row;
import multimodal.inference.decoding.KeyValueCache;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Parameters;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.repository.TokenizerSpec;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/** What a manifest says about a model that writes text. */
public final class TextModel {

    /** The artifact that scores the next token. */
    static final String DECODER = "decoder";

    private static final String LANGUAGES = "languages";
    private static final String MAX_TOKENS = "max_tokens";
    private static final String TEMPERATURE = "temperature";
    private static final String UNKNOWN = "unknown";

    /** Bos and one token of the prompt. */
    private static final int SHORTEST_PROMPT = 2;

    private TextModel() {}

    /** Languages that a model of captions or answers speaks, sorted. */
    public static List<String> languages(ModelManifest manifest) {
        return manifest.parameters().section(LANGUAGES).values().keySet().stream()
                .sorted()
                .toList();
    }

    /** New tokens that a caption or an answer in {@code language} can have at the most. */
    public static int tokenLimit(ModelManifest manifest, String language) {
        int room = contextLength(manifest) - prefix(manifest, language).size();
        return Math.min(room, manifest.parameters().integer(MAX_TOKENS));
    }

    /** New tokens that a continuation can have at the most, behind the shortest prompt. */
    public static int continuationTokenLimit(ModelManifest manifest) {
        return contextLength(manifest) - SHORTEST_PROMPT;
    }

    /** The ids that every caption or answer in {@code language} begins with, bos included. */
    static List<Long> prefix(ModelManifest manifest, String language) {
        return manifest.parameters().section(LANGUAGES).integers(language);
    }

    /** What the scores of an answer are divided by before they are its confidence, above 0. */
    static double temperature(ModelManifest manifest) {
        return manifest.parameters().number(TEMPERATURE);
    }

    /** The answer in {@code language} that says that the model does not know, if it has one. */
    static Optional<String> unknown(ModelManifest manifest, String language) {
        Parameters parameters = manifest.parameters();
        return parameters.has(UNKNOWN) ? Optional.of(parameters.section(UNKNOWN).text(language)) : Optional.empty();
    }

    /** Ids of a sequence at the most, prompt included. */
    static int contextLength(ModelManifest manifest) {
        return tokenizer(manifest).maxLength();
    }

    static TokenizerSpec tokenizer(ModelManifest manifest) {
        return manifest.tokenizer().orElseThrow();
    }

    /**
     * The decoder behind {@code row}, which has read nothing yet.
     *
     * @param seen what it sees beside the ids, by input name, one row each
     */
    static CachedDecoder decoder(ModelManifest manifest, Row row, Map<String, Tensor> seen) {
        Shape past = manifest.artifacts().get(DECODER).inputs().stream()
                .filter(input -> input.name().equals(KeyValueCache.PAST))
                .map(TensorSpec::shape)
                .findFirst()
                .orElseThrow(() -> new InferenceException(
                        ErrorKind.MISCONFIGURED,
                        "%s: artifacts.%s.inputs: no %s (expected: a decoder that keeps keys and values)"
                                .formatted(manifest.id(), DECODER, KeyValueCache.PAST)));
        return new CachedDecoder(row, tokenizer(manifest), past, seen);
    }
}
