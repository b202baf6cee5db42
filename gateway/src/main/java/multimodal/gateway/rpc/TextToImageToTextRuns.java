package multimodal.gateway.rpc;

import com.google.protobuf.Message;
import java.util.Map;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.common.rpc.NumberRanges;
import multimodal.common.rpc.Violations;
import multimodal.common.v1.Language;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.workflow.PortValue.TextValue;

/** What a {@code TextToImageToText} asks for. What only a node's service knows of the node's settings it checks itself. */
final class TextToImageToTextRuns {
    private static final String PROMPT = "prompt";
    private static final int MAX_PROMPT_LENGTH = 10_000;
    private static final String BY_EDGE = "unset, an edge fills it";

    private TextToImageToTextRuns() {}

    /** Throws {@code INVALID_ARGUMENT} that names every fault of {@code request}. */
    static RunRequest parse(TextToImageToTextRequest request) {
        check(request);
        CaptionImageRequest caption = request.getCaptionImage().toBuilder()
                .setLanguage(language(request))
                .build();
        Map<String, Message> settings = Map.of(
                "generate_image", request.getGenerateImage(),
                "caption_image", caption,
                "continue_text", request.getContinueText());
        return RunRequest.of(
                ReadyWorkflows.TEXT_TO_IMAGE_TO_TEXT, settings, Map.of(PROMPT, new TextValue(request.getPrompt())));
    }

    private static void check(TextToImageToTextRequest request) {
        Violations violations = new Violations();
        violations.requireText(PROMPT, request.getPrompt(), MAX_PROMPT_LENGTH);
        violations.require(
                request.getLanguage() != Language.UNRECOGNIZED,
                "language",
                request.getLanguageValue(),
                "LANGUAGE_ENGLISH, LANGUAGE_CHINESE or unset");
        violations.require(request.getGenerateImage().getPrompt().isEmpty(), "generate_image.prompt", "set", BY_EDGE);
        int imageCount = request.getGenerateImage().getImageCount();
        violations.require(
                !request.getGenerateImage().hasImageCount() || imageCount == 1,
                "generate_image.image_count",
                imageCount,
                "1 or unset");
        violations.require(!request.getCaptionImage().hasImage(), "caption_image.image", "set", BY_EDGE);
        violations.require(
                request.getCaptionImage().getLanguageValue() == 0,
                "caption_image.language",
                "set",
                "unset, the workflow's language counts");
        violations.require(request.getContinueText().getPrompt().isEmpty(), "continue_text.prompt", "set", BY_EDGE);
        NumberRanges.faults(request).forEach(fault -> violations.add(fault.path(), fault.value(), fault.expected()));
        violations.throwIfAny();
    }

    private static Language language(TextToImageToTextRequest request) {
        if (request.getLanguage() != Language.LANGUAGE_UNSPECIFIED) {
            return request.getLanguage();
        }
        boolean hasChinese = request.getPrompt()
                .codePoints()
                .anyMatch(character -> Character.UnicodeScript.of(character) == Character.UnicodeScript.HAN);
        return hasChinese ? Language.LANGUAGE_CHINESE : Language.LANGUAGE_ENGLISH;
    }
}
