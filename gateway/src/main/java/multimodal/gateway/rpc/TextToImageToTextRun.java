package multimodal.gateway.rpc;

import java.util.Map;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.common.v1.Language;
import multimodal.gateway.client.CaptionImageExecutor;
import multimodal.gateway.client.ContinueTextExecutor;
import multimodal.gateway.client.GenerateImageExecutor;
import multimodal.gateway.client.ServiceChannels;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.workflow.NodeExecutor;
import multimodal.gateway.workflow.PortValue;
import multimodal.gateway.workflow.PortValue.TextValue;
import multimodal.gateway.workflow.Workflows;
import multimodal.image.v1.GenerateImageRequest;

/** What a valid request asks for: the workflow's input, and the settings of each node. */
record TextToImageToTextRun(
        String prompt,
        GenerateImageRequest generateImage,
        CaptionImageRequest captionImage,
        ContinueTextRequest continueText) {

    static TextToImageToTextRun parse(TextToImageToTextRequest request) {
        TextToImageToTextRequests.check(request);
        CaptionImageRequest caption = request.getCaptionImage().toBuilder()
                .setLanguage(language(request))
                .build();
        return new TextToImageToTextRun(
                request.getPrompt(), request.getGenerateImage(), caption, request.getContinueText());
    }

    Map<String, PortValue> inputs() {
        return Map.of(Workflows.PROMPT, new TextValue(prompt));
    }

    Map<String, NodeExecutor> executors(ServiceChannels channels) {
        return Map.of(
                Workflows.GENERATE_IMAGE, new GenerateImageExecutor(channels, generateImage),
                Workflows.CAPTION_IMAGE, new CaptionImageExecutor(channels, captionImage),
                Workflows.CONTINUE_TEXT, new ContinueTextExecutor(channels, continueText));
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
