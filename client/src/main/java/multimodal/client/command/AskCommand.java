package multimodal.client.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import multimodal.client.run.NodeState;
import multimodal.client.terminal.Terminal;
import multimodal.clip.v1.Answer;
import multimodal.clip.v1.AnswerQuestionRequest;
import multimodal.gateway.v1.AskImageRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code fleet ask}: an answer to a question about a picture, and how sure the model is of it. */
@Command(name = "ask", description = "Answers a question about a picture.")
public final class AskCommand extends NodeCommand {

    @Parameters(index = "0", paramLabel = "FILE", description = "PNG, JPEG or WebP.")
    Path file;

    @Parameters(index = "1", paramLabel = "QUESTION", description = "In English or Chinese.")
    String question;

    AskCommand() {
        super("answer_question");
    }

    @Override
    Request request(Terminal terminal) throws IOException {
        AskImageRequest.Builder request = AskImageRequest.newBuilder()
                .setImage(GivenFiles.picture("FILE", file))
                .setQuestion(question);
        model().ifPresent(ref ->
                request.setAnswerQuestion(AnswerQuestionRequest.newBuilder().setModel(ref)));
        return (client, trace, events) -> client.askImage(request.build(), trace, events);
    }

    @Override
    void show(NodeState finished, Terminal terminal) throws IOException {
        Answer answer = finished.result().getAnswer().unpack(Answer.class);
        terminal.println(String.format(Locale.ROOT, "%s (%.0f %%)", answer.getAnswer(), 100 * answer.getConfidence()));
    }
}
