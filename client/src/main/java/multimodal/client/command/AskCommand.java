package multimodal.client.command;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import multimodal.client.FleetClient;
import multimodal.client.TraceParent;
import multimodal.client.run.NodeState;
import multimodal.client.terminal.Terminal;
import multimodal.clip.v1.Answer;
import multimodal.clip.v1.AnswerQuestionRequest;
import multimodal.common.v1.ModelRef;
import multimodal.gateway.v1.AskImageRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fleet ask}: an answer to a question about a picture, and how sure the model is of it. */
@Command(name = "ask", description = "Answers a question about a picture.")
public final class AskCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FILE", description = "PNG, JPEG or WebP.")
    Path file;

    @Parameters(index = "1", paramLabel = "QUESTION", description = "In English or Chinese.")
    String question;

    @Option(names = "--model", description = "Name of the model (default: the fleet's).")
    String model = "";

    @Mixin
    GatewayOptions gateway;

    @Mixin
    TerminalOptions terminalOptions;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Terminal terminal = terminalOptions.on(spec.commandLine().getOut());
        AskImageRequest.Builder request = AskImageRequest.newBuilder()
                .setImage(GivenFiles.picture("FILE", file))
                .setQuestion(question);
        if (!model.isEmpty()) {
            request.setAnswerQuestion(AnswerQuestionRequest.newBuilder()
                    .setModel(ModelRef.newBuilder().setName(model)));
        }
        try (FleetClient client = gateway.connect()) {
            NodeState node = NodeRun.of(
                    "answer_question",
                    terminal,
                    events -> client.askImage(request.build(), TraceParent.newTrace(), events));
            terminal.println(line(node));
            return ExitCode.OK;
        }
    }

    private static String line(NodeState node) throws InvalidProtocolBufferException {
        Answer answer = node.result().getAnswer().unpack(Answer.class);
        return String.format(Locale.ROOT, "%s (%.0f %%)", answer.getAnswer(), 100 * answer.getConfidence());
    }
}
