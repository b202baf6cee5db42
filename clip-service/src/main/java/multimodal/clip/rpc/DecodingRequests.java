package multimodal.clip.rpc;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import multimodal.clip.pipeline.DecodingOptions;
import multimodal.clip.pipeline.DecodingOptions.Beam;
import multimodal.clip.pipeline.DecodingOptions.Greedy;
import multimodal.clip.pipeline.DecodingOptions.Sampled;
import multimodal.clip.pipeline.DecodingOptions.Strategy;
import multimodal.common.rpc.Violations;
import multimodal.common.v1.BeamDecoding;
import multimodal.common.v1.SampledDecoding;

/** How tokens are chosen, with every default in its place. */
final class DecodingRequests {

    private static final int MAX_STOP_TEXTS = 16;
    private static final int MAX_STOP_TEXT_LENGTH = 100;
    private static final int MAX_TOP_K = 100_000;
    private static final float MAX_TEMPERATURE = 10;
    private static final int MAX_BEAMS = 8;
    private static final int DEFAULT_BEAMS = 4;

    private DecodingRequests() {}

    /**
     * Parses {@code decoding}, the field of that name.
     *
     * @param limit new tokens that the model can make at the most
     */
    static DecodingOptions decoding(multimodal.common.v1.DecodingOptions decoding, int limit, Violations violations) {
        OptionalInt maxTokens = OptionalInt.empty();
        if (decoding.hasMaxTokens()) {
            violations.requireRange("decoding.max_tokens", decoding.getMaxTokens(), 1, limit);
            maxTokens = OptionalInt.of(decoding.getMaxTokens());
        }
        int most = maxTokens.orElse(limit);
        violations.requireRange("decoding.min_tokens", decoding.getMinTokens(), 0, Math.max(0, Math.min(most, limit)));
        float penalty = decoding.hasRepetitionPenalty() ? decoding.getRepetitionPenalty() : 1;
        violations.requireRange("decoding.repetition_penalty", penalty, 0.1f, 10);
        return new DecodingOptions(
                maxTokens,
                decoding.getMinTokens(),
                strategy(decoding, violations),
                penalty,
                stopTexts(decoding.getStopTextsList(), violations));
    }

    private static Strategy strategy(multimodal.common.v1.DecodingOptions decoding, Violations violations) {
        return switch (decoding.getStrategyCase()) {
            case SAMPLED -> sampled(decoding.getSampled(), violations);
            case BEAM -> beam(decoding.getBeam(), violations);
            case GREEDY, STRATEGY_NOT_SET -> new Greedy();
        };
    }

    private static Sampled sampled(SampledDecoding sampled, Violations violations) {
        float temperature = sampled.hasTemperature() ? sampled.getTemperature() : 1;
        violations.require(
                temperature > 0 && temperature <= MAX_TEMPERATURE,
                "decoding.sampled.temperature",
                temperature,
                "finite, above 0 to 10");
        violations.requireRange("decoding.sampled.top_k", sampled.getTopK(), 0, MAX_TOP_K);
        float topP = sampled.hasTopP() ? sampled.getTopP() : 1;
        violations.require(topP > 0 && topP <= 1, "decoding.sampled.top_p", topP, "finite, above 0 to 1");
        OptionalLong seed = sampled.hasSeed() ? OptionalLong.of(sampled.getSeed()) : OptionalLong.empty();
        return new Sampled(temperature, sampled.getTopK(), topP, seed);
    }

    private static Beam beam(BeamDecoding beam, Violations violations) {
        int count = beam.hasBeamCount() ? beam.getBeamCount() : DEFAULT_BEAMS;
        violations.requireRange("decoding.beam.beam_count", count, 1, MAX_BEAMS);
        float penalty = beam.hasLengthPenalty() ? beam.getLengthPenalty() : 1;
        violations.requireRange("decoding.beam.length_penalty", penalty, -5f, 5f);
        return new Beam(count, penalty);
    }

    private static List<String> stopTexts(List<String> texts, Violations violations) {
        String field = "decoding.stop_texts";
        if (violations.require(
                texts.size() <= MAX_STOP_TEXTS, field, texts.size() + " items", "at most " + MAX_STOP_TEXTS)) {
            for (int index = 0; index < texts.size(); index++) {
                String text = texts.get(index);
                int length = text.codePointCount(0, text.length());
                violations.require(
                        length >= 1 && length <= MAX_STOP_TEXT_LENGTH,
                        "%s[%d]".formatted(field, index),
                        length + " characters",
                        "1 to " + MAX_STOP_TEXT_LENGTH + " characters");
            }
        }
        return texts;
    }
}
