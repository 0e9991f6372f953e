// A tiny language model behind OpenAI's chat completions, on loopback: mostly wrong, and so a good test of whoever reads its answers.
//   npm install --ignore-scripts --omit=optional node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1
//   node tiny_model.mjs MODEL.gguf [PORT] [MOST_TOKENS]
// The same question gets the same answer without asking the model twice.
import {createServer} from "node:http";
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";

const {getLlama, LlamaChatSession} = await import(pathToFileURL(createRequire(process.cwd() + "/").resolve("node-llama-cpp")));
const [path, port = "8089", most = "300"] = process.argv.slice(2);
if (!path) throw new Error("which model? node tiny_model.mjs MODEL.gguf [PORT] [MOST_TOKENS]");
const llama = await getLlama({build: "never", gpu: false});
const model = await llama.loadModel({modelPath: path});
const context = await model.createContext({contextSize: 4096, threads: 1});
const known = new Map();
let queue = Promise.resolve();

async function answer(body) {
    if (known.has(body)) return known.get(body);
    const asked = JSON.parse(body);
    const sequence = context.getSequence();
    try {
        const session = new LlamaChatSession({contextSequence: sequence, systemPrompt: asked.messages[0].content});
        const schema = asked.response_format.json_schema.schema;
        const strip = (value) => {  // what the grammar does not know; short lists, so that the answer ends
            if (Array.isArray(value)) return value.map(strip);
            if (value === null || typeof value !== "object") return value;
            const made = Object.fromEntries(Object.entries(value).filter(([name]) => !["maxLength", "maxItems", "required"].includes(name)).map(([name, inner]) => [name, strip(inner)]));
            if (made.type === "array") made.maxItems = 3;
            if (made.type === "string" && !made.enum) made.maxLength = 24;
            return made;
        };
        const grammar = await llama.createGrammarForJsonSchema(strip(schema));
        const text = await session.prompt(asked.messages[1].content, {grammar, maxTokens: Math.min(asked.max_tokens, Number(most)), temperature: asked.temperature});
        const made = JSON.stringify({object: "chat.completion", model: asked.model, choices: [{index: 0, message: {role: "assistant", content: text}, finish_reason: "stop"}],
                                     usage: {prompt_tokens: model.tokenize(asked.messages[1].content).length, completion_tokens: model.tokenize(text).length}});
        known.set(body, made);
        return made;
    } finally {
        sequence.dispose();
    }
}

createServer((request, response) => {
    let body = "";
    request.on("data", (part) => body += part);
    request.on("end", () => {
        queue = queue.then(() => answer(body)).then((made) => response.writeHead(200, {"content-type": "application/json"}).end(made))
            .catch((error) => response.writeHead(500).end(JSON.stringify({error: {message: String(error)}})));
    });
}).listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/v1`));
