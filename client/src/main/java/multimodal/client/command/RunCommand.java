package multimodal.client.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import multimodal.client.FleetClient;
import multimodal.client.InputException;
import multimodal.client.TraceParent;
import multimodal.client.graph.GraphFile;
import multimodal.client.run.RunFiles;
import multimodal.client.run.RunState;
import multimodal.client.run.ShownRun;
import multimodal.client.terminal.Terminal;
import multimodal.client.terminal.TextTable;
import multimodal.client.terminal.TextTable.Column;
import multimodal.gateway.v1.Port;
import multimodal.gateway.v1.PortType;
import multimodal.gateway.v1.PortValue;
import multimodal.gateway.v1.RunWorkflowRequest;
import multimodal.gateway.v1.Workflow;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleet run}: sends a graph, shows it while it runs, and writes what comes of it. */
@Command(
        name = "run",
        description = "Runs a graph: a file in YAML or JSON, or a ready-made one by its name (docs/workflows.md).")
public final class RunCommand extends GatewayCommand {

    private static final String FROM_FILE = "@";
    private static final String TYPE_PREFIX = "PORT_TYPE_";

    @Parameters(
            paramLabel = "GRAPH",
            arity = "0..1",
            description = "File that ends in .yaml, .yml or .json, or name of a ready-made graph; none: list those.")
    String graph;

    @Option(
            names = "--input",
            paramLabel = "NAME=VALUE",
            description = "Value of an input of the graph: a text, or @FILE for a text or a picture from a file.")
    Map<String, String> inputs = new LinkedHashMap<>();

    @Option(
            names = "--out",
            paramLabel = "DIRECTORY",
            description = "Directory for the results (default: ${DEFAULT-VALUE}).")
    Path out = Path.of("run-output");

    @Option(names = "--reuse", description = "Use results of earlier runs for calls that are the same.")
    boolean reuse;

    @Override
    public Integer call() throws Exception {
        Terminal terminal = terminal();
        try (FleetClient client = gateway.connect()) {
            if (graph == null) {
                list(client.listWorkflows(TraceParent.newTrace())).forEach(terminal::println);
                return ExitCode.OK;
            }
            RunWorkflowRequest request = request(client);
            RunState run =
                    ShownRun.on(progress(), events -> client.runWorkflow(request, TraceParent.newTrace(), events));
            RunFiles.write(run, out).forEach(path -> terminal.println("wrote " + path));
            return ExitCode.OK;
        }
    }

    private RunWorkflowRequest request(FleetClient client) throws IOException {
        Workflow workflow = workflow(client);
        RunWorkflowRequest.Builder request =
                RunWorkflowRequest.newBuilder().setWorkflow(workflow).setReuseResults(reuse);
        Map<String, PortType> types =
                workflow.getInputsList().stream().collect(Collectors.toMap(Port::getName, Port::getType, (a, b) -> a));
        for (Map.Entry<String, String> input : inputs.entrySet()) {
            if (!types.containsKey(input.getKey())) {
                throw new InputException("--input: %s is no input of %s (expected: %s)"
                        .formatted(input.getKey(), workflow.getName(), types.keySet()));
            }
            request.putInputs(input.getKey(), value(input.getKey(), input.getValue(), types.get(input.getKey())));
        }
        types.keySet().stream()
                .filter(name -> !inputs.containsKey(name))
                .findFirst()
                .ifPresent(missing -> {
                    throw new InputException("--input: %s is missing (expected: --input %s=%s)"
                            .formatted(
                                    missing,
                                    missing,
                                    types.get(missing) == PortType.PORT_TYPE_TEXT ? "TEXT" : "@FILE"));
                });
        return request.build();
    }

    private Workflow workflow(FleetClient client) throws IOException {
        Path file = Path.of(graph);
        if (Files.exists(file)) {
            return GraphFile.read(file);
        }
        if (GraphFile.isNameOfOne(graph)) {
            throw new InputException("%s: there is no such file".formatted(graph));
        }
        List<Workflow> ready = client.listWorkflows(TraceParent.newTrace());
        return ready.stream()
                .filter(workflow -> workflow.getName().equals(graph))
                .findFirst()
                .orElseThrow(() -> new InputException(
                        "%s: no file and no ready-made graph (expected: a .yaml or .json file or one of %s)"
                                .formatted(
                                        graph,
                                        ready.stream().map(Workflow::getName).toList())));
    }

    private static PortValue value(String name, String given, PortType type) throws IOException {
        boolean isFile = given.startsWith(FROM_FILE);
        Path file = Path.of(isFile ? given.substring(FROM_FILE.length()) : "");
        String option = "--input " + name;
        return switch (type) {
            case PORT_TYPE_TEXT ->
                PortValue.newBuilder()
                        .setText(isFile ? GivenFiles.text(option, file) : given)
                        .build();
            case PORT_TYPE_IMAGE -> {
                if (!isFile) {
                    throw new InputException("%s: %s (expected: @FILE, a picture)".formatted(option, given));
                }
                yield PortValue.newBuilder()
                        .setImage(GivenFiles.picture(option, file))
                        .build();
            }
            default -> throw new InputException("%s: an input of type %s cannot be given here".formatted(option, type));
        };
    }

    private static List<String> list(List<Workflow> ready) {
        TextTable table = new TextTable(Column.text("graph"), Column.text("inputs"), Column.text("what it does"));
        for (Workflow workflow : ready) {
            String inputs = workflow.getInputsList().stream()
                    .map(port -> port.getName() + " (" + typeName(port.getType()) + ")")
                    .collect(Collectors.joining(", "));
            table.add(workflow.getName(), inputs, workflow.getDescription());
        }
        return table.lines();
    }

    private static String typeName(PortType type) {
        return type.name().replace(TYPE_PREFIX, "").toLowerCase(java.util.Locale.ROOT);
    }
}
