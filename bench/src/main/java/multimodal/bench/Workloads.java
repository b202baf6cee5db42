package multimodal.bench;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.Content;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.clip.v1.EmbedRequest;
import multimodal.clip.v1.TextResult;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.v1.GenerationInfo;
import multimodal.common.v1.Image;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImageServiceGrpc;

/**
 * The requests that are measured, by name: {@code embed-text}, {@code embed-picture}, {@code generate}, {@code continue-text},
 * {@code caption}. Texts are made greedily, to their end.
 *
 * @param texts one is taken after the other
 * @param picture a picture file
 * @param steps denoising steps of a generated picture
 */
record Workloads(List<String> texts, ByteString picture, int steps) {

    static Workloads read(Path texts, Path picture, int steps) throws IOException {
        ByteString bytes = ByteString.copyFrom(Files.readAllBytes(picture));
        return new Workloads(Files.readAllLines(texts), bytes, steps);
    }

    Map<String, Load.Request> requests(Channel channel) {
        ClipServiceGrpc.ClipServiceBlockingStub clip = ClipServiceGrpc.newBlockingStub(channel);
        ImageServiceGrpc.ImageServiceBlockingStub image = ImageServiceGrpc.newBlockingStub(channel);
        VisionLanguageServiceGrpc.VisionLanguageServiceBlockingStub language =
                VisionLanguageServiceGrpc.newBlockingStub(channel);
        return Map.of(
                "embed-text",
                number -> one(clip.embed(embed(Content.newBuilder().setText(text(number))))
                        .getInfo()),
                "embed-picture",
                number -> one(clip.embed(embed(pictureContent())).getInfo()),
                "generate",
                number -> one(
                        last(image.generateImage(generate(number))).getResult().getInfo()),
                "continue-text",
                number ->
                        tokens(last(language.continueText(continuation(number))).getResult()),
                "caption",
                number -> tokens(last(language.captionImage(caption())).getResult()));
    }

    private String text(int number) {
        return texts.get(number % texts.size());
    }

    private Content.Builder pictureContent() {
        return Content.newBuilder().setImage(Image.newBuilder().setData(picture));
    }

    private static EmbedRequest embed(Content.Builder content) {
        return EmbedRequest.newBuilder().addInputs(content).build();
    }

    private GenerateImageRequest generate(int number) {
        return GenerateImageRequest.newBuilder()
                .setPrompt(text(number))
                .setSteps(steps)
                .setSeed(number)
                .setPreviewInterval(0)
                .build();
    }

    private ContinueTextRequest continuation(int number) {
        return ContinueTextRequest.newBuilder().setPrompt(text(number)).build();
    }

    private CaptionImageRequest caption() {
        return CaptionImageRequest.newBuilder()
                .setImage(Image.newBuilder().setData(picture))
                .build();
    }

    private static <T> T last(Iterator<T> events) {
        T last = events.next();
        while (events.hasNext()) {
            last = events.next();
        }
        return last;
    }

    private static Load.Answer one(GenerationInfo info) {
        return new Load.Answer(total(info), 1);
    }

    private static Load.Answer tokens(TextResult result) {
        return new Load.Answer(total(result.getInfo()), result.getTokenCount());
    }

    private static Duration total(GenerationInfo info) {
        com.google.protobuf.Duration total = info.getTimings().getTotal();
        return Duration.ofSeconds(total.getSeconds(), total.getNanos());
    }
}
