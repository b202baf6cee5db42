package multimodal.image.rpc;

import static multimodal.image.pipeline.GenerateImageOptions.MAX_PROMPT_CHARACTERS;

import java.util.Optional;
import multimodal.common.rpc.Violations;
import multimodal.common.v1.Language;
import multimodal.image.pipeline.EnhancePromptOptions;
import multimodal.image.pipeline.PromptCatalogue;
import multimodal.image.pipeline.PromptLanguage;
import multimodal.image.pipeline.PromptPart.Kind;
import multimodal.image.v1.EnhancePromptRequest;

/** Requests for better prompts to options. */
final class PromptRequests {

    private PromptRequests() {}

    /**
     * The options of a request.
     *
     * @throws io.grpc.StatusRuntimeException {@code INVALID_ARGUMENT} with every violation
     */
    static EnhancePromptOptions options(EnhancePromptRequest request, PromptCatalogue catalogue) {
        Violations violations = new Violations();
        violations.requireText("prompt", request.getPrompt(), MAX_PROMPT_CHARACTERS);
        PromptLanguage language = language(request, violations);
        Optional<String> style = name("style", request.getStyle(), Kind.STYLE, catalogue, violations);
        Optional<String> mood = name("mood", request.getMood(), Kind.MOOD, catalogue, violations);
        violations.throwIfAny();
        return new EnhancePromptOptions(request.getPrompt(), language, style, mood, request.getQuality());
    }

    private static PromptLanguage language(EnhancePromptRequest request, Violations violations) {
        return switch (request.getLanguage()) {
            case LANGUAGE_ENGLISH -> PromptLanguage.ENGLISH;
            case LANGUAGE_CHINESE -> PromptLanguage.CHINESE;
            case LANGUAGE_UNSPECIFIED -> PromptLanguage.of(request.getPrompt());
            case UNRECOGNIZED -> {
                violations.add("language", request.getLanguageValue(), "LANGUAGE_ENGLISH, LANGUAGE_CHINESE or unset");
                yield PromptLanguage.ENGLISH;
            }
        };
    }

    private static Optional<String> name(
            String field, String name, Kind kind, PromptCatalogue catalogue, Violations violations) {
        if (name.isEmpty()) {
            return Optional.empty();
        }
        violations.require(catalogue.names(kind).contains(name), field, name, "one of " + catalogue.names(kind));
        return Optional.of(name);
    }

    /** A language as the API names it. */
    static Language message(PromptLanguage language) {
        return switch (language) {
            case ENGLISH -> Language.LANGUAGE_ENGLISH;
            case CHINESE -> Language.LANGUAGE_CHINESE;
        };
    }
}
