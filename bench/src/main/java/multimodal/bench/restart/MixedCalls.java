package multimodal.bench.restart;

import io.grpc.Channel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.CaptionImageResponse;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.Content;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.clip.v1.EmbedRequest;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.v1.DecodingOptions;
import multimodal.common.v1.Image;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.ImageServiceGrpc;

/** Calls of all shapes through a gateway: of twenty, fifteen are unary, four are streams, one is a workflow. */
final class MixedCalls {

    /** The shapes of calls: a unary one, two streams, a workflow over both services. */
    enum Kind {
        EMBED,
        GENERATE,
        CAPTION,
        WORKFLOW
    }

    private static final int CYCLE = 20;
    private static final int STEPS = 2;
    private static final int DEADLINE_SECONDS = 300;
    private static final String PROMPT = "a castle under the night sky";
    private static final DecodingOptions SHORT =
            DecodingOptions.newBuilder().setMaxTokens(8).build();

    private final Channel channel;
    private final Image picture;

    private MixedCalls(Channel channel, Image picture) {
        this.channel = channel;
        this.picture = picture;
    }

    /** Calls through {@code channel}; makes one, for the picture that others describe. */
    static MixedCalls through(Channel channel) {
        MixedCalls calls = new MixedCalls(channel, Image.getDefaultInstance());
        List<GenerateImageResponse> messages = calls.generate(0);
        GenerateImageResponse last = messages.get(messages.size() - 1);
        return new MixedCalls(channel, last.getResult().getImages(0).getImage());
    }

    static Kind kind(int number) {
        return switch (number % CYCLE) {
            case 0 -> Kind.WORKFLOW;
            case 1, 11 -> Kind.GENERATE;
            case 6, 16 -> Kind.CAPTION;
            default -> Kind.EMBED;
        };
    }

    /**
     * Makes call {@code number}, from 0.
     *
     * @throws io.grpc.StatusRuntimeException if it fails
     */
    Outcome make(int number) {
        return switch (kind(number)) {
            case EMBED -> embed();
            case GENERATE -> ofPicture(generate(number), number);
            case CAPTION -> ofCaption(caption());
            case WORKFLOW -> ofWorkflow(workflow());
        };
    }

    private Outcome embed() {
        EmbedRequest request = EmbedRequest.newBuilder()
                .addInputs(Content.newBuilder().setText(PROMPT))
                .build();
        // A second answer to a unary call is an error of the call.
        return Outcome.ofResults(ClipServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .embed(request)
                .getEmbeddingsCount());
    }

    private List<GenerateImageResponse> generate(int seed) {
        return all(ImageServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .generateImage(picture(seed).setPrompt(PROMPT).build()));
    }

    private List<CaptionImageResponse> caption() {
        CaptionImageRequest request = CaptionImageRequest.newBuilder()
                .setImage(picture)
                .setDecoding(SHORT)
                .build();
        return all(VisionLanguageServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .captionImage(request));
    }

    private List<WorkflowEvent> workflow() {
        TextToImageToTextRequest request = TextToImageToTextRequest.newBuilder()
                .setPrompt(PROMPT)
                .setGenerateImage(picture(0))
                .setCaptionImage(CaptionImageRequest.newBuilder().setDecoding(SHORT))
                .setContinueText(ContinueTextRequest.newBuilder().setDecoding(SHORT))
                .build();
        return all(WorkflowServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .textToImageToText(request));
    }

    private static GenerateImageRequest.Builder picture(int seed) {
        return GenerateImageRequest.newBuilder().setSteps(STEPS).setSeed(seed).setPreviewInterval(0);
    }

    private static Outcome ofPicture(List<GenerateImageResponse> messages, int seed) {
        List<Integer> steps = messages.stream()
                .filter(GenerateImageResponse::hasProgress)
                .map(message -> message.getProgress().getProgress().getStep())
                .toList();
        if (!steps.equals(steps.stream().distinct().sorted().toList())) {
            return Outcome.DOUBLED;
        }
        return Outcome.ofResults(messages.stream()
                .filter(message -> message.getResult().getInfo().getSeed() == seed
                        && message.getResult().getImagesCount() == 1)
                .count());
    }

    /** The tokens joined are the text, so one that is missing or there twice shows. */
    private static Outcome ofCaption(List<CaptionImageResponse> messages) {
        List<CaptionImageResponse> results =
                messages.stream().filter(CaptionImageResponse::hasResult).toList();
        if (results.size() != 1) {
            return Outcome.ofResults(results.size());
        }
        String text = results.get(0).getResult().getText();
        String tokens =
                messages.stream().map(message -> message.getToken().getText()).collect(Collectors.joining());
        if (tokens.equals(text)) {
            return Outcome.DELIVERED;
        }
        return tokens.length() < text.length() ? Outcome.LOST : Outcome.DOUBLED;
    }

    /** A node may start again when its service stops, but its result comes once, and each event's number is higher. */
    private static Outcome ofWorkflow(List<WorkflowEvent> events) {
        List<Long> numbers = events.stream().map(WorkflowEvent::getSequence).toList();
        if (!numbers.equals(numbers.stream().distinct().sorted().toList())) {
            return Outcome.DOUBLED;
        }
        List<String> results = events.stream()
                .filter(WorkflowEvent::hasNodeResult)
                .map(event -> event.getNodeResult().getNode())
                .toList();
        if (results.size() > results.stream().distinct().count()) {
            return Outcome.DOUBLED;
        }
        return Outcome.ofResults(events.stream()
                .filter(event -> event.getWorkflowFinished().getNodesCount() == results.size() && !results.isEmpty())
                .count());
    }

    private static <T> List<T> all(Iterator<T> messages) {
        List<T> all = new ArrayList<>();
        messages.forEachRemaining(all::add);
        return all;
    }
}
