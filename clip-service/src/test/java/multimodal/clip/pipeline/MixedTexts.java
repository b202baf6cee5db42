package multimodal.clip.pipeline;

import static multimodal.clip.pipeline.PipelineFixtures.pictureEncoder;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import multimodal.clip.pipeline.DecodingOptions.Beam;
import multimodal.clip.pipeline.DecodingOptions.Greedy;
import multimodal.clip.pipeline.DecodingOptions.Sampled;
import multimodal.clip.pipeline.DecodingOptions.Strategy;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.steps.QuestionEncoder;
import multimodal.clip.testing.EmbeddedModels;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.testing.GoldenTensors;

/** Captions, answers and continuations that differ in everything that a request can say. */
final class MixedTexts {

    /** Makes one text. */
    interface Request {
        void run(Consumer<TextEvent> sink);
    }

    private static final int THREADS = 24;

    /** Requests that are under way before the first token. */
    private static final int FIRST = 4;

    private final EmbeddedModels models;
    private final List<JsonNode> pictures;
    private final List<JsonNode> questions;
    private final List<JsonNode> prompts;
    private final Random random = new Random(200);

    MixedTexts(EmbeddedModels models, GoldenTensors captions, GoldenTensors answers, GoldenTensors stories) {
        this.models = models;
        this.pictures = captions.cases(null);
        this.questions = answers.cases(null);
        this.prompts = stories.cases(null);
    }

    List<Request> requests(int count) {
        List<Request> requests = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            requests.add(
                    switch (number % 3) {
                        case 0 -> caption();
                        case 1 -> answer(models, questions.get(random.nextInt(questions.size())));
                        default -> continuation();
                    });
        }
        return requests;
    }

    static List<TextEvent> alone(Request request) {
        List<TextEvent> events = new ArrayList<>();
        request.run(events::add);
        return events;
    }

    /** Runs all; another comes whenever one is done, and by chance while others are in the middle of their texts. */
    static List<List<TextEvent>> atRandom(List<Request> requests) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        Semaphore arrivals = new Semaphore(FIRST);
        try {
            List<Future<List<TextEvent>>> results = new ArrayList<>();
            for (Request request : requests) {
                arrivals.acquire();
                Random chance = new Random(results.size());
                results.add(threads.submit(() -> letOthersCome(request, arrivals, chance)));
            }
            List<List<TextEvent>> events = new ArrayList<>();
            for (Future<List<TextEvent>> result : results) {
                events.add(result.get());
            }
            return events;
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<TextEvent> letOthersCome(Request request, Semaphore arrivals, Random chance) {
        List<TextEvent> events = new ArrayList<>();
        try {
            request.run(event -> {
                events.add(event);
                arrivals.release(chance.nextInt(8) == 0 ? 1 : 0);
            });
        } finally {
            arrivals.release();
        }
        return events;
    }

    private Request caption() {
        JsonNode each = pictures.get(random.nextInt(pictures.size()));
        String file = each.path("file").asText();
        PictureFile picture = new PictureFile(file, EmbeddedModels.goldenPicture(file));
        CaptionOptions options =
                new CaptionOptions(picture, each.path("language").asText(), decoding());
        Captioner captioner = new Captioner(pictureEncoder());
        return sink -> captioner.caption(models.model("caption"), options, RequestContext.detached(), sink);
    }

    /** Of a golden's question; the result's log-probability is that of the answer's confidence. */
    static Request answer(EmbeddedModels models, JsonNode each) {
        String file = each.path("file").asText();
        PictureFile picture = new PictureFile(file, EmbeddedModels.goldenPicture(file));
        String question = each.path("question").asText();
        boolean isChinese = question.codePoints().anyMatch(Character::isIdeographic);
        AnswerOptions options =
                new AnswerOptions(picture, new Content.Text("question", question), isChinese ? "zh" : "en");
        Answerer answerer = new Answerer(pictureEncoder(), new QuestionEncoder());
        return sink -> {
            Answer answer = answerer.answer(
                    models.model("visual-question-answering"), options, RequestContext.detached(), sink);
            TextEvent.MadeText made = new TextEvent.MadeText(
                    answer.text(), answer.finishReason(), answer.tokenCount(), Math.log(answer.confidence()));
            sink.accept(new TextEvent.Result(List.of(made), answer.info()));
        };
    }

    /** Of a prompt in either language, from one word to some sentences. */
    private Request continuation() {
        StringBuilder prompt = new StringBuilder("a");
        for (int parts = random.nextInt(4); parts > 0; parts--) {
            prompt.append(' ')
                    .append(prompts.get(random.nextInt(prompts.size()))
                            .path("prompt")
                            .asText());
        }
        DecodingOptions decoding = decoding();
        int most = decoding.strategy() instanceof Sampled
                ? 3
                : Math.min(3, decoding.strategy().slots());
        ContinueOptions options =
                new ContinueOptions(new Content.Text("prompt", prompt.toString()), decoding, 1 + random.nextInt(most));
        return sink -> new TextContinuer()
                .continueText(models.model("text-generation"), options, RequestContext.detached(), sink);
    }

    private DecodingOptions decoding() {
        List<String> stopTexts = random.nextInt(5) == 0 ? List.of(".", "的") : List.of();
        float repetitionPenalty = random.nextBoolean() ? 1 : 1.3f;
        return new DecodingOptions(
                OptionalInt.of(1 + random.nextInt(24)), random.nextInt(2), strategy(), repetitionPenalty, stopTexts);
    }

    private Strategy strategy() {
        return switch (random.nextInt(3)) {
            case 0 -> new Greedy();
            case 1 -> new Beam(2 + random.nextInt(4), random.nextFloat() * 2 - 0.5f);
            default ->
                new Sampled(
                        0.5f + random.nextFloat(),
                        random.nextInt(3) * 20,
                        random.nextBoolean() ? 1 : 0.5f + random.nextFloat() / 2,
                        OptionalLong.of(random.nextInt()));
        };
    }
}
